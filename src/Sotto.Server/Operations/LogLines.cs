using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Sotto.Contracts;

namespace Sotto.Server.Operations;

/// <summary>Writes a log event as one line: time, level, where, what; line ends inside become blanks, so that a line is an event.</summary>
internal sealed class LogLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sotto";

    // The host's own word on a failed start; the operator gets the reason in a sentence.
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int FailedToStart = 11;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (logEntry is { Category: HostCategory, EventId.Id: FailedToStart })
        {
            return;
        }

        textWriter.Write(clock.GetUtcNow().ToString(UtcMilliseconds.Format, CultureInfo.InvariantCulture));
        textWriter.Write(Level(logEntry.LogLevel));
        textWriter.Write(logEntry.Category.Replace("Sotto.Server.", "", StringComparison.Ordinal));
        textWriter.Write(": ");
        textWriter.Write(OneLine(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } fault)
        {
            textWriter.Write(" | ");
            textWriter.Write(OneLine(fault.ToString()));
        }

        textWriter.Write('\n');
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Critical => " fatal ",
        LogLevel.Error => " error ",
        LogLevel.Warning => " warn  ",
        LogLevel.Information => " info  ",
        _ => " debug ",
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
