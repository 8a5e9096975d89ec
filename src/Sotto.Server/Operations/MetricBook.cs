using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Sotto.Server.Operations;

/// <summary>
/// Keeps what the meters of this process measure, and writes it as Prometheus reads it. Modules declare their instruments with
/// System.Diagnostics.Metrics in a <c>Metrics.cs</c> of their own, under a meter named <c>Sotto.…</c>; nothing else is needed to show up here.
/// </summary>
internal sealed class MetricBook : IDisposable
{
    /// <summary>What of the framework's own instruments is worth a place beside ours; of the runtime, all.</summary>
    private static readonly string[] FrameworkInstruments = ["http.server.request.duration", "http.server.active_requests", "kestrel.active_connections"];

    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly Lock _scrapeLock = new();
    private readonly MeterListener _listener = new();

    public MetricBook()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsKept(instrument))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static one => new MetricFamily(one)));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Measured(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Measured(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Measured(value, tags));
        _listener.Start();
    }

    /// <summary>Everything kept, in Prometheus' text format, sorted by name.</summary>
    public string Write()
    {
        lock (_scrapeLock)
        {
            foreach (var family in _families.Values.Where(family => family.IsObserved))
            {
                family.Forget();
            }

            _listener.RecordObservableInstruments();
            var text = new StringBuilder(16 * 1024);
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.WriteTo(text);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static bool IsKept(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("Sotto.", StringComparison.Ordinal)
        || instrument.Meter.Name == "System.Runtime"
        || FrameworkInstruments.Contains(instrument.Name);
}
