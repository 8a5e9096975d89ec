namespace Sotto.Contract.Tests.Stage;

/// <summary>The lines a server printed, kept for the tests that search them.</summary>
internal sealed class ServerLog
{
    private readonly Lock _linesLock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text
    {
        get
        {
            lock (_linesLock)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public void Add(string line)
    {
        TaskCompletionSource waiting;
        lock (_linesLock)
        {
            _lines.Add(line);
            (waiting, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        waiting.TrySetResult();
    }

    public async Task ContainsAsync(string text)
    {
        var deadline = Task.Delay(Patience.Limit);
        while (true)
        {
            Task more;
            lock (_linesLock)
            {
                if (_lines.Exists(line => line.Contains(text, StringComparison.Ordinal)))
                {
                    return;
                }

                more = _more.Task;
            }

            if (await Task.WhenAny(more, deadline) == deadline)
            {
                Assert.Fail($"The server did not print \"{text}\". It printed:\n{Text}");
            }
        }
    }
}
