using System.Reflection;
using Microsoft.Extensions.Options;
using Sotto.Server.Storage;

namespace Sotto.Server.Operations;

/// <summary>Looks at the settings before anything starts, so that what is wrong is told in a sentence, and a misspelt name isn't passed over in silence.</summary>
internal static class SettingsCheck
{
    /// <summary>The options classes by their sections; each names its own in a constant.</summary>
    private static readonly Dictionary<string, Type> Sections = typeof(SettingsCheck).Assembly.GetTypes()
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
        .Where(one => one.Section is not null)
        .ToDictionary(one => one.Section!, one => one.Type, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CannotStartException">A name under Sotto that no setting has, a log level or an address that is none.</exception>
    public static void Check(IConfiguration settings)
    {
        CheckNames(settings, StorageOptions.Section);
        foreach (var level in settings.GetSection("Logging:LogLevel").GetChildren())
        {
            if (level.Value is { } value && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                throw Wrong(level.Path, $"'{value}' is none of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }

        foreach (var address in settings["urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            CheckAddress(address);
        }
    }

    /// <summary>The values of all options, against their types and bounds.</summary>
    /// <exception cref="OptionsValidationException">Some are out of bounds; see <see cref="Explain"/>.</exception>
    public static void CheckValues(IServiceProvider services) => services.GetService<IStartupValidator>()?.Validate();

    public static string Explain(OptionsValidationException fault)
    {
        var section = Sections.FirstOrDefault(one => one.Value == fault.OptionsType).Key ?? StorageOptions.Section;
        return $"a setting is wrong, under {section}: {string.Join(' ', fault.Failures.Select(Sentence))}";
    }

    /// <summary>The framework wraps the sentence of a bound into one about classes.</summary>
    private static string Sentence(string failure)
    {
        const string before = "with the error: '";
        var at = failure.IndexOf(before, StringComparison.Ordinal);
        return at < 0 ? failure : failure[(at + before.Length)..].TrimEnd('.', '\'') + ".";
    }

    private static void CheckNames(IConfiguration settings, string section)
    {
        var known = Sections.GetValueOrDefault(section)?.GetProperties().Where(IsSetting).Select(property => property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase) ?? [];
        foreach (var child in settings.GetSection(section).GetChildren().Where(child => !known.Contains(child.Key)))
        {
            if (!Sections.Keys.Any(other => (other + ":").StartsWith(child.Path + ":", StringComparison.OrdinalIgnoreCase)))
            {
                var parts = Sections.Keys.Where(other => other.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)).Select(other => other[(section.Length + 1)..].Split(':')[0]);
                throw Wrong(child.Path, $"there is no such setting. {section} has {string.Join(", ", known.Concat(parts).Order(StringComparer.Ordinal))}.");
            }

            CheckNames(settings, child.Path);
        }
    }

    /// <summary>A list is filled where it is.</summary>
    private static bool IsSetting(PropertyInfo property) =>
        property.SetMethod is not null || (property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(System.Collections.IEnumerable)));

    private static void CheckAddress(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException fault)
        {
            throw new CannotStartException($"the address '{address}' is none; it looks like http://localhost:8080.", fault);
        }

        if (string.Equals(parsed.Scheme, "https", StringComparison.OrdinalIgnoreCase))
        {
            throw new CannotStartException($"it can't listen on '{address}': it speaks plain HTTP, and a proxy in front of it has the certificate.");
        }
    }

    private static CannotStartException Wrong(string name, string why) => new($"the setting {name} is wrong: {why}");
}
