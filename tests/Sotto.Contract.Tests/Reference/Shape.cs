using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sotto.Contract.Tests.Reference;

/// <summary>
/// What an answer must look like, written as type scripts have it: <c>{ data: Message[], count: int }</c>. A field with <c>?</c> may be
/// absent, but is never null; fields that aren't named may be there. <c>[+]</c> is an array that holds something. Of its own this knows
/// <c>uuid time string int number boolean object base64</c>; all other names stand in <see cref="Types"/>.
/// </summary>
internal static partial class Shape
{
    /// <summary>Everything in which the value is not of the type; empty where it is.</summary>
    public static IReadOnlyList<string> Failures(string type, JsonElement value)
    {
        var failures = new List<string>();
        Parse(type)(value, "", failures);
        return failures;
    }

    private static Check Parse(string type)
    {
        var tokens = new Queue<string>(Token().Matches(type).Select(match => match.Value));
        var check = Either(tokens);
        Assert.True(tokens.Count == 0, $"The type \"{type}\" goes on after its end: {string.Join(' ', tokens)}");
        return check;
    }

    private static Check Either(Queue<string> tokens)
    {
        var literals = new List<string>();
        if (tokens.Peek()[0] != '\'')
        {
            return All(tokens);
        }

        literals.Add(tokens.Dequeue().Trim('\''));
        while (tokens.TryPeek(out var bar) && bar == "|")
        {
            tokens.Dequeue();
            literals.Add(tokens.Dequeue().Trim('\''));
        }

        return (value, path, failures) =>
            Must(value.ValueKind == JsonValueKind.String && literals.Contains(value.GetString()!), $"one of {string.Join(", ", literals)}", value, path, failures);
    }

    private static Check All(Queue<string> tokens)
    {
        var parts = new List<Check> { Array(tokens) };
        while (tokens.TryPeek(out var and) && and == "&")
        {
            tokens.Dequeue();
            parts.Add(Array(tokens));
        }

        return (value, path, failures) => parts.ForEach(part => part(value, path, failures));
    }

    private static Check Array(Queue<string> tokens)
    {
        var check = tokens.Peek() == "{" ? Object(tokens) : Named(tokens.Dequeue());
        if (!tokens.TryPeek(out var next) || next is not ("[]" or "[+]"))
        {
            return check;
        }

        var least = tokens.Dequeue() == "[+]" ? 1 : 0;
        return (value, path, failures) =>
        {
            Must(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= least, $"an array of at least {least}", value, path, failures);
            if (value.ValueKind == JsonValueKind.Array)
            {
                for (var i = 0; i < value.GetArrayLength(); i++)
                {
                    check(value[i], $"{path}[{i}]", failures);
                }
            }
        };
    }

    private static Check Object(Queue<string> tokens)
    {
        var fields = new List<(string Name, bool Optional, Check Check)>();
        tokens.Dequeue();
        while (tokens.Peek() != "}")
        {
            var (name, mark) = (tokens.Dequeue(), tokens.Dequeue());
            Assert.True(mark is ":" or "?:", $"After {name} there must be a colon.");
            fields.Add((name, mark == "?:", Either(tokens)));
            if (tokens.Peek() == ",")
            {
                tokens.Dequeue();
            }
        }

        tokens.Dequeue();
        return (value, path, failures) =>
        {
            Must(value.ValueKind == JsonValueKind.Object, "an object", value, path, failures);
            foreach (var (name, optional, check) in value.ValueKind == JsonValueKind.Object ? fields : [])
            {
                if (value.TryGetProperty(name, out var field))
                {
                    check(field, $"{path}.{name}", failures);
                }
                else if (!optional)
                {
                    failures.Add($"{path}.{name} is missing");
                }
            }
        };
    }

    private static Check Named(string name) => name switch
    {
        "uuid" => Text("a UUID in lower case", Uuid()),
        "time" => Text("a time in UTC with milliseconds", Time()),
        "base64" => Text("base64", Base64()),
        "string" => Text("a string", null),
        "int" => (value, path, failures) => Must(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _), "a whole number", value, path, failures),
        "number" => (value, path, failures) => Must(value.ValueKind == JsonValueKind.Number, "a number", value, path, failures),
        "boolean" => (value, path, failures) => Must(value.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false", value, path, failures),
        "object" => (value, path, failures) => Must(value.ValueKind == JsonValueKind.Object, "an object", value, path, failures),
        _ => Lazily(name),
    };

    /// <summary>Types may hold one another.</summary>
    private static Check Lazily(string name)
    {
        var text = Types.Of(name);
        return (value, path, failures) => Parse(text)(value, path, failures);
    }

    private static Check Text(string what, Regex? form) => (value, path, failures) =>
        Must(value.ValueKind == JsonValueKind.String && form?.IsMatch(value.GetString()!) != false, what, value, path, failures);

    private static void Must(bool holds, string what, JsonElement value, string path, List<string> failures)
    {
        if (!holds)
        {
            failures.Add($"{(path.Length > 0 ? path : "it")} must be {what}, but is {value.GetRawText()}");
        }
    }

    private delegate void Check(JsonElement value, string path, List<string> failures);

    [GeneratedRegex(@"'[^']*'|\w+|\[\+?\]|\?:|[{}:|&,]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Base64();
}
