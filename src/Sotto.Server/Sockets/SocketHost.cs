using Microsoft.Extensions.Options;
using Sotto.Contracts;
using Sotto.Server.Callers;

namespace Sotto.Server.Sockets;

/// <summary>What all sockets share.</summary>
internal sealed class SocketHost(
    SocketRegistry registry, CommandMap commands, IOptions<SocketOptions> options, IServiceProvider services, TimeProvider clock, ILogger<SocketHost> log)
{
    private volatile bool _isStopping;

    public SocketRegistry Registry => registry;

    public CommandMap Commands => commands;

    public SocketOptions Options { get; } = options.Value;

    public IServiceProvider Services => services;

    public TimeProvider Clock => clock;

    /// <summary>The process is ending: no new sockets, and each socket ends after the command it is at.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>Which close code a refused authentication ends with.</summary>
    public static CloseCode CloseCodeFor(RefusedException refused) =>
        refused.Error == Errors.DeviceNotFound ? CloseCodes.NotFound
        : refused.Error == Errors.PermissionDenied ? CloseCodes.PermissionDenied
        : refused.Error.Status is 429 ? CloseCodes.RateLimited
        : refused.Error.Status is 503 ? CloseCodes.Restart
        : CloseCodes.AuthenticationFailed;

    /// <summary>The caller of a token, on the device that the path names.</summary>
    /// <exception cref="RefusedException">What <see cref="CloseCodeFor"/> turns into a close code.</exception>
    public async Task<Caller> CheckAsync(string token, Guid? pathDevice, CancellationToken ct) =>
        await OnPathAsync(await Check.CheckTokenAsync(token, ct), pathDevice, ct);

    public async Task<Caller> SpendAsync(string ticket, Guid? pathDevice, CancellationToken ct) =>
        await OnPathAsync(await Check.SpendTicketAsync(ticket, ct), pathDevice, ct);

    public void Stop() => _isStopping = true;

    public void Closed(CloseCode code)
    {
        Metrics.Closed.Add(1, new KeyValuePair<string, object?>("code", code.Name));
        Log.Closed(log, code.Code);
    }

    public void AdmissionFailed(Exception fault) => Log.AdmissionFailed(log, fault);

    public void LiveStepFailed(Exception fault) => Log.LiveStepFailed(log, fault);

    public void CommandFailed(string type, string traceId, Exception fault) => Log.CommandFailed(log, type, traceId, fault);

    private ICallerCheck Check => services.GetRequiredService<ICallerCheck>();

    private async Task<Caller> OnPathAsync(Caller caller, Guid? pathDevice, CancellationToken ct)
    {
        if (pathDevice is not { } device || caller.DeviceId == device)
        {
            return caller.DeviceId != Guid.Empty ? caller : throw Errors.InvalidToken.Because("This token names no device, so the path must.");
        }

        // Throws for a device that doesn't exist, is somebody else's or was revoked.
        var onDevice = await Check.OnDeviceAsync(caller, device, ct);
        return caller.DeviceId == Guid.Empty ? onDevice : throw Errors.PermissionDenied.Because("This token belongs to another device.");
    }
}
