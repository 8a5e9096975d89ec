using System.Diagnostics.Metrics;
using Sotto.Server.Operations;

namespace Sotto.Server.Tests.Operations;

public sealed class MetricBookTests : IDisposable
{
    private readonly MetricBook _book = new();
    private readonly Meter _meter = new("Sotto.Tests");

    public void Dispose()
    {
        _meter.Dispose();
        _book.Dispose();
    }

    [Fact]
    public void A_counter_is_written_with_help_type_and_sum()
    {
        var counter = _meter.CreateCounter<long>("sotto.test.apples", null, "Apples eaten.");
        counter.Add(2);
        counter.Add(3);

        Assert.Contains("# HELP sotto_test_apples_total Apples eaten.\n# TYPE sotto_test_apples_total counter\nsotto_test_apples_total 5\n", _book.Write());
    }

    [Fact]
    public void Labels_are_escaped_and_each_set_is_a_series()
    {
        var counter = _meter.CreateCounter<int>("sotto.test.pears");
        counter.Add(1, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        counter.Add(4, new KeyValuePair<string, object?>("kind", "plain"));

        var text = _book.Write();
        Assert.Contains("""sotto_test_pears_total{kind="a\"b\\c\nd"} 1""", text);
        Assert.Contains("""sotto_test_pears_total{kind="plain"} 4""", text);
    }

    [Fact]
    public void A_histogram_counts_up_to_each_bound()
    {
        var sizes = _meter.CreateHistogram("sotto.test.batch", null, null, null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 8, 64] });
        foreach (var size in new[] { 1, 3, 8, 100 })
        {
            sizes.Record(size);
        }

        Assert.Contains(
            """
            sotto_test_batch_bucket{le="1"} 1
            sotto_test_batch_bucket{le="8"} 3
            sotto_test_batch_bucket{le="64"} 3
            sotto_test_batch_bucket{le="+Inf"} 4
            sotto_test_batch_sum 112
            sotto_test_batch_count 4
            """.ReplaceLineEndings("\n"),
            _book.Write());
    }

    [Fact]
    public void What_is_observed_is_told_as_it_is_now()
    {
        var open = new Dictionary<string, int> { ["a"] = 7 };
        _meter.CreateObservableGauge("sotto.test.open", () => open.Select(one => new Measurement<int>(one.Value, new KeyValuePair<string, object?>("on", one.Key))));
        Assert.Contains("sotto_test_open{on=\"a\"} 7", _book.Write());

        open = new() { ["b"] = 1 };
        var text = _book.Write();
        Assert.Contains("sotto_test_open{on=\"b\"} 1", text);
        Assert.DoesNotContain("on=\"a\"", text);
    }

    [Fact]
    public void Meters_of_others_are_left_out()
    {
        using var other = new Meter("Npgsql");
        other.CreateCounter<int>("db.client.things").Add(1);

        Assert.DoesNotContain("db_client_things", _book.Write());
    }
}
