using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Sotto.Server.Calls;

/// <summary>
/// Ends the relay's allocations of calls that are over. A credential only counts when an allocation is made, so without this whoever was once in a
/// call could go on using the relay for as long as they like.
/// </summary>
internal sealed partial class RelayReaper(CallStore store, IceServers ice, IOptions<CallsOptions> options, TimeProvider clock, ILogger<RelayReaper> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private bool _isDown;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.TurnConsole.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryAsync(stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await ReapAsync(either.Token);
            _isDown = false;
        }
        catch (Exception fault) when (!ct.IsCancellationRequested)
        {
            // Said once, until it works again.
            if (!_isDown)
            {
                Log.NoConsole(log, options.Value.TurnConsole, fault is OperationCanceledException ? "It doesn't answer." : fault.Message);
            }

            _isDown = true;
        }
    }

    private async Task ReapAsync(CancellationToken ct)
    {
        using var console = await TurnConsole.OpenAsync(IPEndPoint.Parse(options.Value.TurnConsole), options.Value.TurnConsolePassword, ct);

        // First the sessions, then the calls: what begins in between isn't in the list.
        var sessions = await console.ListAsync(ct);
        var living = (await store.PeopleAsync(ct)).Select(one => ice.Pseudonym(one.CallId, one.UserId)).ToHashSet(StringComparer.Ordinal);
        var over = sessions.Where(session => Ours().Match(session.Name) is { Success: true } match && !living.Contains(match.Groups["pseudonym"].Value)).ToArray();
        foreach (var session in over)
        {
            await console.EndAsync(session, ct);
        }

        if (over.Length > 0)
        {
            Metrics.Reaped.Add(over.Length);
            Log.Reaped(log, over.Length);
        }
    }

    /// <summary>Names that <see cref="IceServers"/> made; others may share the relay.</summary>
    [GeneratedRegex("^[0-9]+:(?<pseudonym>[0-9a-f]{32})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ours();
}
