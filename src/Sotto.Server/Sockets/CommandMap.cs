using System.Diagnostics.CodeAnalysis;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>What a command's handler knows beside its body.</summary>
internal sealed record CommandCall(Caller Caller, DeviceSocket Socket, string? RequestId, CancellationToken Ct);

/// <summary>An answer that is written already: the JSON of <c>data</c>.</summary>
internal sealed record RawData(ReadOnlyMemory<byte> Json);

/// <summary>Makes the socket's doors, and remembers each for the API documents.</summary>
internal sealed class CommandMap
{
    private readonly Dictionary<string, Command> _commands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Type Data, string Summary)> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Type Frame, string Summary)> _relayed = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Command> All => _commands;

    /// <summary>Events the server pushes: <c>type</c> → the shape of <c>data</c>.</summary>
    public IReadOnlyDictionary<string, (Type Data, string Summary)> Events => _events;

    /// <summary>Frames of other clients that arrive as they were sent, flat: <c>type</c> → the shape of the frame.</summary>
    public IReadOnlyDictionary<string, (Type Frame, string Summary)> Relayed => _relayed;

    public Command On(string type, string summary)
    {
        var command = new Command(type, summary);
        _commands.Add(type, command);
        return command;
    }

    /// <summary>Documents an event that the server pushes.</summary>
    public void Pushes<TData>(string type, string summary) => _events[type] = (typeof(TData), summary);

    /// <summary>Documents a frame that comes from another client.</summary>
    public void Relays<TFrame>(string type, string summary) => _relayed[type] = (typeof(TFrame), summary);

    public bool TryFind(string type, [NotNullWhen(true)] out Command? command) => _commands.TryGetValue(type, out command);
}

/// <summary>One command a client may send.</summary>
internal sealed class Command(string type, string summary)
{
    private readonly List<ErrorCode> _errors = [];

    public string Type => type;

    public string Summary => summary;

    public Type? Body { get; private set; }

    /// <summary>The <c>type</c> of the answer; null when there is none.</summary>
    public string? AnswerType { get; private set; }

    public Type? AnswerData { get; private set; }

    public IReadOnlyList<ErrorCode> Errors => _errors;

    /// <summary>Runs the command on the frame's bytes; the result is the data of the answer (a contract record or <see cref="RawData"/>), or null.</summary>
    public Func<IServiceProvider, CommandCall, ReadOnlyMemory<byte>, Task<object?>> RunAsync { get; private set; } = (_, _, _) => Task.FromResult<object?>(null);

    public Command Refuses(params ReadOnlySpan<ErrorCode> errors)
    {
        _errors.AddRange(errors);
        return this;
    }

    /// <summary>Documents and names the answer.</summary>
    public Command Answers<TData>(string answerType)
    {
        (AnswerType, AnswerData) = (answerType, typeof(TData));
        return this;
    }

    public void Handle<TUse, TBody>(Func<TUse, CommandCall, TBody, Task> handle)
        where TUse : notnull
        where TBody : class
    {
        Body = typeof(TBody);
        RunAsync = async (services, call, frame) =>
        {
            await handle(services.GetRequiredService<TUse>(), call, JsonBodies.Read<TBody>(frame));
            return null;
        };
    }

    /// <summary>For a command whose frame goes on to others: it is given as it came, too.</summary>
    public void HandleFrame<TUse, TBody>(Func<TUse, CommandCall, TBody, ReadOnlyMemory<byte>, Task> handle)
        where TUse : notnull
        where TBody : class
    {
        Body = typeof(TBody);
        RunAsync = async (services, call, frame) =>
        {
            await handle(services.GetRequiredService<TUse>(), call, JsonBodies.Read<TBody>(frame), frame);
            return null;
        };
    }

    public void Handle<TUse, TBody, TAnswer>(Func<TUse, CommandCall, TBody, Task<TAnswer>> handle)
        where TUse : notnull
        where TBody : class
        where TAnswer : class
    {
        Body = typeof(TBody);
        RunAsync = async (services, call, frame) => await handle(services.GetRequiredService<TUse>(), call, JsonBodies.Read<TBody>(frame));
    }
}
