using Sotto.Contract.Tests.Documents;
using Sotto.Contract.Tests.Stage;

namespace Sotto.Contract.Tests;

/// <summary>What whoever runs the server asks it.</summary>
public abstract class OperationsTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("O1")]
    public async Task A_server_that_serves_says_that_it_lives_and_is_ready()
    {
        Assert.Equal("ok", (await Nobody.GetAsync("~/healthz").JsonAsync()).Text("status"));
        Assert.Equal("ready", (await Nobody.GetAsync("~/readyz").JsonAsync()).Text("status"));
    }

    [Fact, Rule("O2")]
    public async Task Metrics_are_Prometheus_text_and_count_refusals_by_code()
    {
        await Nobody.GetAsync("/nothing/here");
        var answer = await Nobody.GetAsync("~/metrics").IsAsync(200);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("Content-Type"));
        Assert.Contains("sotto_refusals_total{code=\"ROUTE_NOT_FOUND\",door=\"rest\"}", answer.Body);
        Assert.Contains("# TYPE dotnet_process_memory_working_set_bytes gauge", answer.Body);
    }

    [Fact, Rule("O4")]
    public async Task The_documents_are_served_as_the_code_writes_them()
    {
        Assert.Equal(ServerDocuments.Current.OpenApiText, (await Nobody.GetAsync("~/openapi/v1.json").IsAsync(200)).Body);
        Assert.Equal(ServerDocuments.Current.AsyncApiText, (await Nobody.GetAsync("~/asyncapi/v1.json").IsAsync(200)).Body);
    }

    [Fact]
    public async Task With_a_metrics_token_only_its_bearer_reads_them()
    {
        await using var server = await Servers.StartAsync(Db, ("Operations:MetricsToken", "watcher-7"));
        var rest = new Rest(server);

        await rest.GetAsync("~/metrics").IsRefusedAsync(Contracts.Errors.InvalidToken);
        await rest.GetAsync("~/metrics", ("Authorization", "Bearer watcher-8")).IsRefusedAsync(Contracts.Errors.InvalidToken);
        await rest.GetAsync("~/metrics", ("Authorization", "Bearer watcher-7")).IsAsync(200);
    }
}

public sealed class OperationsOnSqlite(Servers servers) : OperationsTests(servers, Db.Sqlite);

public sealed class OperationsOnPostgres(Servers servers) : OperationsTests(servers, Db.Postgres);
