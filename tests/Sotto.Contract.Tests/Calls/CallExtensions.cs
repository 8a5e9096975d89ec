using System.Text.Json;
using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Calls;

/// <summary>What people do with calls.</summary>
internal static class CallExtensions
{
    public static async Task<CallStarted> CallsAsync(this TestDevice device, params Person[] others) =>
        (await device.TriesToCallAsync(others)).MustBe(200).Json.As<CallStarted>();

    public static Task<CallStarted> CallsAsync(this Person person, params Person[] others) => person.Phone.CallsAsync(others);

    public static Task<Answer> TriesToCallAsync(this TestDevice device, params Person[] others) =>
        device.PostAsync("/calls/initiate", new { participants = others.Select(other => other.Id), call_type = "video" });

    public static Task<Answer> TriesToJoinAsync(this TestDevice device, Guid callId) => device.PostAsync($"/calls/{callId}/join");

    public static async Task<CallEntered> AnswersAsync(this TestDevice device, Guid callId) => (await device.TriesToJoinAsync(callId)).MustBe(200).Json.As<CallEntered>();

    public static Task<CallEntered> AnswersAsync(this Person person, Guid callId) => person.Phone.AnswersAsync(callId);

    public static Task RingsAsync(this Person person, Guid callId) => person.PostAsync($"/calls/{callId}/ringing").IsAsync(204);

    public static Task DeclinesAsync(this Person person, Guid callId, string? reason = null) =>
        person.PostAsync($"/calls/{callId}/decline", reason is null ? null : new { reason }).IsAsync(204);

    public static Task LeavesCallAsync(this Person person, Guid callId) => person.PostAsync($"/calls/{callId}/leave").IsAsync(204);

    public static async Task EndsCallAsync(this Person person, Guid callId) =>
        Assert.Equal("Call ended", (await person.PostAsync($"/calls/{callId}/end")).MustBe(200).Json.Text("message"));

    public static async Task<CallInfo> SeesCallAsync(this Person person, Guid callId) => (await person.GetAsync($"/calls/{callId}")).MustBe(200).Json.As<CallInfo>();

    public static async Task<IReadOnlyList<CallLog>> ReadsHistoryAsync(this Person person, string query = "") =>
        (await person.GetAsync("/calls/history" + query)).MustBe(200).Json.As<Page<CallLog>>().Data;

    public static async Task<IReadOnlyList<Guid>> ActiveCallsAsync(this Person person) =>
        [.. (await person.GetAsync("/calls/")).MustBe(200).Json.As<ActiveCallList>().ActiveCalls.Select(call => call.Id)];

    public static Task<Frame> HearsAsync(this Socket socket, Guid callId, string status) => socket.ReceivesAsync("call_status_update", new { call_id = callId, status });

    public static Task<Frame> RingsAsync(this Socket socket, Guid callId) => socket.ReceivesAsync("incoming_call", new { call_id = callId });

    /// <summary>The one entry that somebody has of a call, as a sentence: <c>incoming missed no_answer</c>.</summary>
    public static async Task<string> OutcomeAsync(this Person person, Guid callId)
    {
        var entry = Assert.Single(await person.ReadsHistoryAsync(), one => one.CallId == callId);
        return $"{Word(entry.Direction)} {Word(entry.Status)} {Word(entry.EndReason)}";
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
