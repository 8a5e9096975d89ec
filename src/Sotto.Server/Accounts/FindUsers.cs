using Sotto.Contracts;
using Sotto.Server.Callers;
using Sotto.Server.Http;
using Sotto.Server.Limits;
using Sotto.Server.Sockets;

namespace Sotto.Server.Accounts;

/// <summary>Looks for people by the beginning of a name: GET /users/. Who doesn't want to be found is found by the exact user name only.</summary>
internal sealed class FindUsers(UserStore store, Blocks blocks, RateLimits limits, LiveStatus live)
{
    private const int ShortestQuery = 2;

    public static void Map(Routes routes, CommandMap commands) =>
        routes.Get("/users/", "Lists the users whose user name or display name begins so.")
            .Asks("query", """{"type":"string","minLength":2,"maxLength":64}""", "The beginning of a user name or display name.", required: true)
            .Pages()
            .Refuses(Errors.RateLimited)
            .Handle((FindUsers use, Call call) => use.FindAsync(call.Caller, call.QueryText("query"), call.Paging(), call.Ct));

    public async Task<Page<PublicUser>> FindAsync(Caller caller, string? query, Paging paging, CancellationToken ct)
    {
        new Check()
            .Required(query, "query")
            .Length(query?.Trim(), "query", ShortestQuery, UserName.LongestDisplayName)
            .Done();
        limits.Take(Limit.UserSearches, caller.UserId);
        var found = await store.SearchAsync(query!, paging.Skip, paging.Limit, ct);
        var blocked = await blocks.BetweenAsync(caller.UserId, found.Data.Select(user => user.Id), ct);
        return new Page<PublicUser>([.. found.Data.Select(user => user.ToPublic(live, hidden: blocked.Contains(user.Id)))], found.Count);
    }
}
