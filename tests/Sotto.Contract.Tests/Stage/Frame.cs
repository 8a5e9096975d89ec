using System.Text.Json;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Stage;

/// <summary>A frame that the server sent.</summary>
public sealed record Frame(JsonElement Json)
{
    public string Type => Json.Text("type") ?? "";

    public string? RequestId => Json.Text("request_id");

    public JsonElement Data => Json.At("data") ?? default;

    /// <summary>The event's data as its contract record.</summary>
    public T As<T>() => Data.As<T>();

    public Frame MustBe(string type)
    {
        Assert.True(Type == type, $"The frame must be {type}, but is {Json}");
        return this;
    }

    /// <summary>An error frame in the contract's form; gives <c>extra_info</c>.</summary>
    public JsonElement MustBeRefused(ErrorCode error)
    {
        MustBe("error");
        Assert.True(Data.Text("error_code") == error.Code, $"The frame must be refused as {error.Code}, but: {Json}");
        Assert.Equal(JsonValueKind.String, Data.GetProperty("detail").ValueKind);
        Assert.Equal(JsonValueKind.Object, Data.GetProperty("extra_info").ValueKind);
        return Data.GetProperty("extra_info");
    }

    public override string ToString() => Json.ToString();
}

/// <summary>Asserts on frames still on their way.</summary>
public static class FrameExtensions
{
    public static async Task<Frame> IsAsync(this Task<Frame> frame, string type) => (await frame).MustBe(type);

    public static async Task<JsonElement> IsRefusedAsync(this Task<Frame> frame, ErrorCode error) => (await frame).MustBeRefused(error);
}
