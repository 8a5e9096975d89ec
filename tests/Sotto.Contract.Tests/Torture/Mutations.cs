using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sotto.Contract.Tests.Torture;

/// <summary>Makes bad input out of good: values of other kinds, missing and doubled properties, broken bytes.</summary>
internal sealed class Mutations(Random random)
{
    private static readonly string[] NastyValues =
    [
        "null", "true", "false", "0", "-1", "1.5", "1e999", "-0", "9223372036854775807", "9223372036854775808", "123456789012345678901234567890",
        "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"💬\"", "\"../../etc/passwd\"", "\"' or 1=1; drop table users; --\"", "\"%00\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"", "\"0198-not-a-uuid\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"2026-02-30T00:00:00Z\"",
        "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":{}}", "[1,\"a\",true,null,{}]", "NaN", "Infinity", "undefined", "'x'", "//", "\"unended",
    ];

    private static readonly string[] NastyNames = ["\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"$type\"", "\"$ref\"", "\"__proto__\"", "\"a.b[0]\"", "\"💬\"", "1"];

    private static readonly string[] RawPaths =
        ["%zz", "%", "%c3%28", "..%2fx", "%2f", "..;", "*", "%ff%fe", "{id}", "a%20b", "+", "%0d%0aX-Y:%20z", "0198AAAA-1B22-7D1F-9B62-40AC3E8D2F51", "%7b0198aaaa-1b22-7d1f-9b62-40ac3e8d2f51%7d"];

    public byte[] Mutate(string good)
    {
        var text = random.Next(10) < 7 ? MutateTree(good) : good;
        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(10) < 3 ? MutateBytes(bytes) : bytes;
    }

    /// <summary>For a place in a path or query: escaped as a URL wants it, most of the time.</summary>
    public string PathValue() => random.Next(8) switch
    {
        0 => Uri.EscapeDataString(new string('é', random.Next(1, 60))),
        1 => new string('a', random.Next(1, 700)),
        2 => RawPaths[random.Next(RawPaths.Length)],
        _ => Uri.EscapeDataString(NastyValues[random.Next(NastyValues.Length)].Trim('"')) is { Length: > 0 } value ? value : "%20",
    };

    /// <summary>The token with something changed, all of it still letters that may stand in a header.</summary>
    public string Token(string good)
    {
        var at = random.Next(good.Length);
        var letter = "ABCDwxyz0189-_."[random.Next(15)];
        return random.Next(6) switch
        {
            0 => good[..at],
            1 => good[..at] + letter + good[at..],
            2 => good[..at] + good[Math.Min(good.Length, at + random.Next(1, 5))..],
            3 => string.Join('.', good.Split('.').Reverse()),
            4 => good[..(good.LastIndexOf('.') + 1)],
            _ => good[..at] + letter + good[(at + 1)..],
        };
    }

    private string MutateTree(string good)
    {
        var root = JsonNode.Parse(good)!;
        var places = new List<(JsonObject Parent, string Name)>();
        Collect(root, places);
        if (places.Count == 0)
        {
            return NastyValue();
        }

        // A marker stands for the nasty value, which may be no JSON at all.
        const string Marker = "\"@@nasty@@\"";
        var (parent, name) = places[random.Next(places.Count)];
        switch (random.Next(7))
        {
            case 3:
                // A name that is no name.
                return root.ToJsonString().Replace($"\"{name}\":", $"{NastyNames[random.Next(NastyNames.Length)]}:1,\"{name}\":", StringComparison.Ordinal);
            case 0:
                parent.Remove(name);
                break;
            case 1:
                var value = parent[name];
                parent.Remove(name);
                parent[name + "_"] = value;
                break;
            case 2:
                return root.ToJsonString().Replace($"\"{name}\":", $"\"{name}\":{NastyValue()},\"{name}\":", StringComparison.Ordinal);
            default:
                parent[name] = JsonNode.Parse(Marker);
                return root.ToJsonString().Replace(Marker, NastyValue(), StringComparison.Ordinal);
        }

        return root.ToJsonString();
    }

    private string NastyValue() => random.Next(12) switch
    {
        0 => $"\"{new string('x', random.Next(1, 40_000))}\"",
        1 => new string('[', random.Next(1, 3000)),
        2 => Nest(random.Next(1, 100)),
        3 => "[" + string.Join(',', Enumerable.Repeat("{}", random.Next(1, 1500))) + "]",
        _ => NastyValues[random.Next(NastyValues.Length)],
    };

    private static string Nest(int depth) => new string('[', depth) + new string(']', depth);

    private byte[] MutateBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        var at = random.Next(bytes.Length);
        var length = random.Next(Math.Min(40, bytes.Length - at) + 1);
        var junk = new byte[random.Next(1, 20)];
        random.NextBytes(junk);
        return random.Next(5) switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], .. junk, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[(at + length)..]],
            3 => [.. bytes[..(at + length)], .. bytes[at..]],
            _ => Flip(bytes, at),
        };
    }

    private byte[] Flip(byte[] bytes, int at)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[at] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    private static void Collect(JsonNode? node, List<(JsonObject Parent, string Name)> places)
    {
        if (node is JsonObject thing)
        {
            foreach (var (name, value) in thing)
            {
                places.Add((thing, name));
                Collect(value, places);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Collect(item, places);
            }
        }
        else if (node?.GetValueKind() == JsonValueKind.Undefined)
        {
            throw new InvalidOperationException("Samples are valid JSON.");
        }
    }
}
