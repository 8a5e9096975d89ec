using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Sotto.Server.Operations;

/// <summary>One instrument and the series of its label sets.</summary>
internal sealed class MetricFamily
{
    /// <summary>Labels never hold what strangers choose, so no family comes near this; it is there so that a mistake can't fill the memory.</summary>
    private const int MaxSeries = 1000;

    private static readonly double[] UsualBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Series _plain;
    private readonly ConcurrentDictionary<string, Series> _labelled = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly string _kind;
    private readonly bool _isAbsolute;
    private readonly double[] _bounds = [];

    public MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().IsGenericType ? instrument.GetType().GetGenericTypeDefinition() : null;
        IsObserved = instrument.IsObservable;
        _isAbsolute = IsObserved || kind == typeof(Gauge<>);
        _kind = kind switch
        {
            _ when kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) => "counter",
            _ when kind == typeof(Histogram<>) => "histogram",
            _ => "gauge",
        };
        if (_kind == "histogram")
        {
            _bounds = instrument switch
            {
                Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
                Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
                Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
                _ => UsualBounds,
            };
        }

        Name = NameOf(instrument, _kind);
        _help = (instrument.Description ?? "").Replace('\n', ' ');
        _plain = new Series("", _bounds.Length);
    }

    public string Name { get; }

    public bool IsObserved { get; }

    public void Measured(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            Keep(_plain, value);
        }
        else if (Find(tags) is { } series)
        {
            Keep(series, value);
        }
    }

    /// <summary>Drops what was observed before; what still is will be told again.</summary>
    public void Forget()
    {
        _labelled.Clear();
        _plain.Forget();
    }

    public void WriteTo(StringBuilder text)
    {
        List<Series> told = [.. _labelled.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)];
        if (_plain.IsTold)
        {
            told.Insert(0, _plain);
        }

        if (told.Count == 0)
        {
            return;
        }

        text.Append("# HELP ").Append(Name).Append(' ').Append(_help).Append('\n').Append("# TYPE ").Append(Name).Append(' ').Append(_kind).Append('\n');
        foreach (var series in told)
        {
            series.WriteTo(text, Name, _bounds);
        }
    }

    private static string NameOf(Instrument instrument, string kind)
    {
        var name = instrument.Name.Replace('.', '_').Replace('-', '_');
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return kind == "counter" ? name + "_total" : name;
    }

    private static void AppendLabel(StringBuilder labels, string name, string value)
    {
        labels.Append(labels.Length == 0 ? "" : ",").Append(name.Replace('.', '_')).Append("=\"");
        foreach (var letter in value)
        {
            labels.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => "\\n",
                _ => letter.ToString(),
            });
        }

        labels.Append('"');
    }

    private Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            AppendLabel(labels, name, value is bool flag ? (flag ? "true" : "false") : value?.ToString() ?? "");
        }

        var key = labels.ToString();
        return _labelled.TryGetValue(key, out var series) ? series
            : _labelled.Count >= MaxSeries ? null
            : _labelled.GetOrAdd(key, static (text, bounds) => new Series(text, bounds), _bounds.Length);
    }

    private void Keep(Series series, double value)
    {
        if (_kind == "histogram")
        {
            series.Record(value, _bounds);
        }
        else if (_isAbsolute)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    private sealed class Series(string labels, int bounds)
    {
        private readonly Lock _valueLock = new();
        private readonly long[] _buckets = new long[bounds + 1];
        private double _value;
        private long _count;

        public string Labels => labels;

        public bool IsTold { get; private set; }

        public void Add(double value)
        {
            lock (_valueLock)
            {
                (_value, IsTold) = (_value + value, true);
            }
        }

        public void Set(double value)
        {
            lock (_valueLock)
            {
                (_value, IsTold) = (value, true);
            }
        }

        public void Record(double value, double[] bounds)
        {
            var at = Array.FindIndex(bounds, bound => value <= bound);
            lock (_valueLock)
            {
                _buckets[at < 0 ? bounds.Length : at]++;
                (_value, _count, IsTold) = (_value + value, _count + 1, true);
            }
        }

        public void Forget()
        {
            lock (_valueLock)
            {
                IsTold = false;
            }
        }

        public void WriteTo(StringBuilder text, string name, double[] bounds)
        {
            lock (_valueLock)
            {
                if (_buckets.Length == 1)
                {
                    Line(text, name, labels, _value);
                    return;
                }

                var sum = 0L;
                for (var i = 0; i < _buckets.Length; i++)
                {
                    sum += _buckets[i];
                    var bound = i < bounds.Length ? MetricBook.Number(bounds[i]) : "+Inf";
                    Line(text, name + "_bucket", $"{labels}{(labels.Length == 0 ? "" : ",")}le=\"{bound}\"", sum);
                }

                Line(text, name + "_sum", labels, _value);
                Line(text, name + "_count", labels, _count);
            }
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0)
            {
                text.Append('{').Append(labels).Append('}');
            }

            text.Append(' ').Append(MetricBook.Number(value)).Append('\n');
        }
    }
}
