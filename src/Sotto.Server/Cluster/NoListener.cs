using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Sotto.Server.Cluster;

/// <summary>
/// Stands where Orleans would open a port. Its protocol knows no password, so whoever reaches the port, be it only another user of the same
/// machine, could call every grain; and two servers on a machine would quarrel over the number.
/// </summary>
internal sealed class NoListener : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Silence(endpoint));

    /// <summary>Nobody ever connects.</summary>
    private sealed class Silence(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_end.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _end.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}

internal static class NoListenerRegistration
{
    /// <summary>Orleans' listeners are its only services of that type with a key; Kestrel's has none and stays.</summary>
    public static void ListenNowhere(this IServiceCollection services)
    {
        foreach (var listener in services.Where(s => s.IsKeyedService && s.ServiceType == typeof(IConnectionListenerFactory)).ToList())
        {
            services.Remove(listener);
            services.AddKeyedSingleton<IConnectionListenerFactory, NoListener>(listener.ServiceKey);
        }
    }
}
