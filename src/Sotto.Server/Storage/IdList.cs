using System.Data;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Sotto.Server.Storage;

/// <summary>Ids for <c>in @ids</c> and <c>not in @ids</c>: an array where the database has arrays, else one parameter for each.</summary>
internal sealed partial class IdList(IEnumerable<Guid> ids) : SqlMapper.ICustomQueryParameter
{
    private readonly Guid[] _ids = [.. ids];

    public void AddParameter(IDbCommand command, string name)
    {
        if (command is SqliteCommand sqlite)
        {
            for (var i = 0; i < _ids.Length; i++)
            {
                sqlite.Parameters.Add($"@{name}_{i}", SqliteType.Blob).Value = _ids[i].ToByteArray(bigEndian: true);
            }

            var list = "(" + string.Join(',', Enumerable.Range(0, _ids.Length).Select(i => $"@{name}_{i}")) + ")";
            command.CommandText = Uses().Replace(command.CommandText, use => use.Groups["name"].Value == name ? $"{use.Groups["in"]} {list}" : use.Value);
        }
        else
        {
            command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Uuid) { Value = _ids });
            command.CommandText = Uses().Replace(
                command.CommandText,
                use => use.Groups["name"].Value == name ? (use.Groups["in"].Value.Length > 2 ? $"<> all(@{name})" : $"= any(@{name})") : use.Value);
        }
    }

    [GeneratedRegex(@"\b(?<in>(not\s+)?in)\s+@(?<name>\w+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uses();
}
