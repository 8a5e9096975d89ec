using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Sotto.Contracts;
using Sotto.Server.Accounts;

namespace Sotto.Server.Tests.Accounts;

public sealed class AccessTokensTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly SigningKeys _keys;
    private readonly AccessTokens _tokens;
    private readonly Guid _user = Guid.NewGuid();
    private readonly Guid _device = Guid.NewGuid();
    private readonly Guid _session = Guid.NewGuid();

    public AccessTokensTests()
    {
        var options = Options.Create(new AuthOptions());
        _keys = new SigningKeys(new FakeKeyKeeper(), options, _clock);
        _tokens = new AccessTokens(_keys, options, _clock);
    }

    public void Dispose() => _keys.Dispose();

    [Fact, Rule("A20")]
    public async Task A_token_says_who_and_for_how_long()
    {
        var token = await MakeAsync();
        var (header, payload, _) = Parts(token);
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.Equal(["aud", "did", "exp", "iat", "iss", "jti", "nbf", "sid", "sub"], payload.Select(claim => claim.Key).Order());
        Assert.Equal(900, (long)payload["exp"]! - (long)payload["iat"]!);
        var content = await ReadAsync(token);
        Assert.Equal(new AccessTokenContent(_user, _device, _session, _clock.GetUtcNow().AddMinutes(15)), content);
    }

    [Fact, Rule("A22")]
    public async Task A_token_ends_after_its_time()
    {
        var token = await MakeAsync();
        _clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromMilliseconds(1));
        await ReadAsync(token);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await RefusedAsync(token, Errors.TokenExpired);
    }

    [Fact, Rule("A21")]
    public async Task A_forged_token_is_refused_even_when_it_is_expired_too()
    {
        var token = await MakeAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(Change(token, payload => payload["sub"] = Guid.NewGuid().ToString()), Errors.InvalidToken);
    }

    [Theory, Rule("A21")]
    [InlineData("sub")]
    [InlineData("did")]
    [InlineData("sid")]
    [InlineData("exp")]
    [InlineData("iss")]
    [InlineData("aud")]
    public async Task A_token_signed_by_our_key_without_one_of_its_claims_is_refused(string claim)
    {
        var token = await SignAsync(payload => payload.Remove(claim));
        await RefusedAsync(token, Errors.InvalidToken);
    }

    [Theory, Rule("A21")]
    [InlineData("iss", "\"somebody\"")]
    [InlineData("aud", "\"somebody\"")]
    [InlineData("sub", "\"not-an-id\"")]
    [InlineData("sub", "7")]
    [InlineData("exp", "\"soon\"")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "99999999999999999999")]
    [InlineData("nbf", "1999999999")]
    public async Task A_token_signed_by_our_key_with_a_wrong_claim_is_refused(string claim, string value)
    {
        var token = await SignAsync(payload => payload[claim] = JsonNode.Parse(value));
        await RefusedAsync(token, Errors.InvalidToken);
    }

    [Fact, Rule("A21")]
    public async Task A_token_without_a_signature_is_refused()
    {
        var (header, payload, _) = Parts(await MakeAsync());
        header["alg"] = "none";
        await RefusedAsync($"{Encode(header)}.{Encode(payload)}.", Errors.InvalidToken);
    }

    [Fact, Rule("A21")]
    public async Task The_public_key_as_a_shared_secret_is_refused()
    {
        var (header, payload, _) = Parts(await MakeAsync());
        header["alg"] = "HS256";
        var key = (await _keys.CurrentAsync(default)).Public;
        var signed = $"{Encode(header)}.{Encode(payload)}";
        foreach (var secret in new[] { key.X + key.Y, key.X, key.Kid })
        {
            var mac = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.ASCII.GetBytes(signed)));
            await RefusedAsync($"{signed}.{mac}", Errors.InvalidToken);
        }
    }

    [Fact, Rule("A21")]
    public async Task A_key_of_somebody_else_is_refused_whatever_it_is_called()
    {
        var stranger = SigningKey.Make(_clock.GetUtcNow());
        var (header, payload, _) = Parts(await MakeAsync());
        foreach (var kid in new[] { stranger.Id, (string?)header["kid"] })
        {
            header["kid"] = kid;
            await RefusedAsync(Sign($"{Encode(header)}.{Encode(payload)}", stranger), Errors.InvalidToken);
        }
    }

    [Theory, Rule("A21")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAAA")]
    [InlineData("eyJhbGciOiJFUzI1NiIsImtpZCI6NX0.e30.AAAA")]
    [InlineData("bnVsbA.bnVsbA.AAAA")]
    public async Task What_is_no_token_is_refused(string text) => await RefusedAsync(text, Errors.InvalidToken);

    [Fact, Rule("A24")]
    public async Task Tokens_of_the_key_before_stay_valid_until_they_end()
    {
        var first = await _keys.CurrentAsync(default);
        _clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        var token = await MakeAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var second = await _keys.CurrentAsync(default);
        Assert.NotEqual(first.Id, second.Id);
        await ReadAsync(token);
        Assert.Equal([first.Id, second.Id], (await _keys.LivingAsync(default)).Select(key => key.Id));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal([second.Id], (await _keys.LivingAsync(default)).Select(key => key.Id));
    }

    [Fact, Rule("A24")]
    public async Task A_node_finds_the_key_that_another_node_made()
    {
        var keeper = new FakeKeyKeeper();
        var options = Options.Create(new AuthOptions());
        using var here = new SigningKeys(keeper, options, _clock);
        using var there = new SigningKeys(keeper, options, _clock);
        await here.CurrentAsync(default);
        _clock.Advance(TimeSpan.FromDays(31));
        await there.CurrentAsync(default);
        var token = await new AccessTokens(there, options, _clock).MakeAsync(_user, _device, _session, default);
        var read = await new AccessTokens(here, options, _clock).ReadAsync(AccessTokens.Parse(token), default);
        Assert.Equal(_user, read.UserId);
    }

    private Task<string> MakeAsync() => _tokens.MakeAsync(_user, _device, _session, default);

    private Task<AccessTokenContent> ReadAsync(string token) => _tokens.ReadAsync(AccessTokens.Parse(token), default);

    private async Task RefusedAsync(string token, ErrorCode error) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<RefusedException>(() => ReadAsync(token))).Error);

    private async Task<string> SignAsync(Action<JsonObject> change)
    {
        var (header, payload, _) = Parts(await MakeAsync());
        change(payload);
        return Sign($"{Encode(header)}.{Encode(payload)}", await _keys.CurrentAsync(default));
    }

    private static string Sign(string signed, SigningKey key)
    {
        using var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey(key.Pkcs8, out _);
        return $"{signed}.{Base64Url.EncodeToString(pair.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Change(string token, Action<JsonObject> change)
    {
        var (header, payload, signature) = Parts(token);
        change(payload);
        return $"{Encode(header)}.{Encode(payload)}.{signature}";
    }

    private static (JsonObject Header, JsonObject Payload, string Signature) Parts(string token)
    {
        var parts = token.Split('.');
        return (JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject(), JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject(), parts[2]);
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
