using System.Text.Json.Nodes;

namespace Sotto.Contracts;

/// <summary>Collects every failing field of a request, then refuses once with all of them (422).</summary>
public sealed class Check
{
    private readonly JsonObject _failures = [];

    public Check That(bool holds, string field, string otherwise)
    {
        if (!holds)
        {
            _failures.TryAdd(field, otherwise);
        }

        return this;
    }

    public Check Required(object? value, string field) => That(value is not null, field, "is required");

    public Check Length(string? value, string field, int min, int max) =>
        That(value is null || (value.Length >= min && value.Length <= max), field, $"must have {min} to {max} characters").Storable(value, field);

    public Check AtMost(string? value, string field, int max) =>
        That(value is null || value.Length <= max, field, $"must have at most {max} characters").Storable(value, field);

    /// <summary>PostgreSQL's text takes every character but one.</summary>
    private Check Storable(string? value, string field) => That(value is null || !value.Contains('\0', StringComparison.Ordinal), field, "must not hold the character U+0000");

    /// <exception cref="RefusedException"><see cref="Errors.ValidationError"/> when anything failed.</exception>
    public void Done()
    {
        if (_failures.Count > 0)
        {
            throw Errors.ValidationError.With("The request is not valid: " + string.Join(", ", _failures.Select(f => $"{f.Key} {f.Value}")) + ".", _failures);
        }
    }
}
