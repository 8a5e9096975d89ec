using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Sotto.Contracts;
using Sotto.Server.Http;
using Sotto.Server.Storage;

namespace Sotto.Server.Tests.Http;

public sealed class ErrorResponsesTests
{
    [Fact, Rule("H37")]
    public async Task A_fault_of_the_server_tells_a_trace_id_and_nothing_of_its_inside()
    {
        var (status, body, _) = await AnswerAsync(new InvalidOperationException("select secret from users"));
        Assert.Equal((500, "INTERNAL_ERROR"), (status, body.GetProperty("error_code").GetString()));
        Assert.NotEqual("", body.GetProperty("trace_id").GetString());
        Assert.DoesNotContain("secret", body.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", body.ToString(), StringComparison.Ordinal);
    }

    [Theory, Rule("H36")]
    [InlineData(0.001, "1")]
    [InlineData(1, "1")]
    [InlineData(11.2, "12")]
    public async Task The_time_to_wait_is_told_in_whole_seconds_rounded_up(double seconds, string told)
    {
        foreach (var error in new[] { Errors.RateLimited, Errors.Unavailable })
        {
            var (status, body, retryAfter) = await AnswerAsync(error.Because("Wait.").After(TimeSpan.FromSeconds(seconds)));
            Assert.Equal((error.Status, told), (status, retryAfter));
            Assert.Equal(told, body.GetProperty("retry_after").ToString());
        }
    }

    [Fact, Rule("H36")]
    public async Task A_database_that_can_not_serve_is_503_with_a_time()
    {
        var (status, _, retryAfter) = await AnswerAsync(Dialect.Unavailable());
        Assert.Equal(503, status);
        Assert.Matches("^[1-9][0-9]*$", retryAfter);
    }

    private static async Task<(int Status, JsonElement Body, string RetryAfter)> AnswerAsync(Exception fault)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        Assert.True(await new ErrorResponses(NullLogger<ErrorResponses>.Instance).TryHandleAsync(context, fault, CancellationToken.None));
        using var json = JsonDocument.Parse(body.ToArray());
        return (context.Response.StatusCode, json.RootElement.Clone(), context.Response.Headers.RetryAfter.ToString());
    }
}
