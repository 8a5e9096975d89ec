using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests;

/// <summary>Refusals that no use case makes: the framework's, in the contract's form.</summary>
public abstract class ErrorFormTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact]
    public async Task An_unknown_route_is_refused_in_the_one_form() => await Nobody.GetAsync("/nothing/here").IsRefusedAsync(Errors.RouteNotFound);
}

public sealed class ErrorFormOnSqlite(Servers servers) : ErrorFormTests(servers, Db.Sqlite);

public sealed class ErrorFormOnPostgres(Servers servers) : ErrorFormTests(servers, Db.Postgres);
