using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sotto.Contracts;

namespace Sotto.Server.Storage;

/// <summary>What differs between the two databases, beyond their SQL.</summary>
internal abstract class Dialect
{
    static Dialect()
    {
        // Dapper's own mapping of Guid would bypass the handler.
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.AddTypeHandler(new GuidHandler());
        DefaultTypeMap.MatchNamesWithUnderscores = true;
    }

    public static Dialect Sqlite { get; } = new SqliteDialect();

    public static Dialect Postgres { get; } = new PostgresDialect();

    /// <summary><c>for update</c>, where rows are locked one by one.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>The database's own time in Unix milliseconds, as an expression: the one clock that all nodes share.</summary>
    public abstract string NowMs { get; }

    /// <summary>One id as a parameter of a plain command.</summary>
    public abstract object Id(Guid id);

    /// <summary>Whether the exception says that a unique index held.</summary>
    public static bool IsUniqueViolation(Exception fault) => fault switch
    {
        SqliteException { SqliteExtendedErrorCode: 2067 or 1555 } => true,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        _ => false,
    };

    /// <summary>Whether the exception says that the database is full, locked, broken or away, so that a repeat may succeed later.</summary>
    public static bool IsUnavailable(Exception fault) => fault switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 11 or 13 or 14 or 26 } => true,
        PostgresException { SqlState: [ '5', '3' or '7' or '8', .. ] } => true,
        PostgresException postgres => postgres.IsTransient,
        NpgsqlException => true,
        ObjectDisposedException => true,
        TimeoutException => true,
        IOException => true,
        _ => false,
    };

    /// <summary>The refusal for a database that can't serve; the fault itself is logged where it happened.</summary>
    public static RefusedException Unavailable() =>
        Errors.Unavailable.Because("The server can't reach its storage at the moment. Nothing was stored; try again.").After(TimeSpan.FromSeconds(2));

    private sealed class SqliteDialect : Dialect
    {
        public override string ForUpdate => "";

        public override string NowMs => "cast(unixepoch('subsec') * 1000 as integer)";

        public override object Id(Guid id) => id.ToByteArray(bigEndian: true);
    }

    private sealed class PostgresDialect : Dialect
    {
        public override string ForUpdate => "for update";

        public override string NowMs => "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)";

        public override object Id(Guid id) => id;
    }

    /// <summary>UUIDs are 16 bytes in SQLite, big-endian, so that version 7 sorts by time there too.</summary>
    private sealed class GuidHandler : SqlMapper.TypeHandler<Guid>
    {
        public override void SetValue(IDbDataParameter parameter, Guid value)
        {
            if (parameter is SqliteParameter)
            {
                parameter.DbType = DbType.Binary;
                parameter.Value = value.ToByteArray(bigEndian: true);
            }
            else
            {
                parameter.DbType = DbType.Guid;
                parameter.Value = value;
            }
        }

        public override Guid Parse(object value) => value is byte[] bytes ? new Guid(bytes, bigEndian: true) : (Guid)value;
    }
}
