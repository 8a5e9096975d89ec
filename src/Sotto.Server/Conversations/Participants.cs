using System.Text.Json.Nodes;
using Sotto.Contracts;
using Sotto.Server.Accounts;
using Sotto.Server.Storage;

namespace Sotto.Server.Conversations;

/// <summary>Checks people who are to become members.</summary>
internal sealed class Participants(Blocks blocks)
{
    /// <summary>Nobody brings those into a conversation whom they have blocked, or who have blocked them.</summary>
    /// <exception cref="RefusedException">USER_BLOCKED, naming them.</exception>
    public async Task MustNotBeBlockedAsync(Guid by, IReadOnlyList<Guid> userIds, CancellationToken ct)
    {
        if (userIds.Count > 0 && await blocks.BetweenAsync(by, userIds, ct) is { Count: > 0 } blocked)
        {
            throw Errors.UserBlocked.With("One of the two has blocked the other.", Naming("user_ids", blocked));
        }
    }

    /// <summary>In the transaction that makes them members, so that nobody who is being erased comes in.</summary>
    /// <exception cref="RefusedException">VALIDATION_ERROR, naming those who don't exist.</exception>
    public static async Task MustExistAsync(Session session, IReadOnlyList<Guid> userIds, string field)
    {
        if (userIds.Count == 0)
        {
            return;
        }

        var unknown = userIds.Except(await Users.ExistingAsync(session, userIds)).ToArray();
        if (unknown.Length > 0)
        {
            throw Errors.ValidationError.With(
                $"There is no such user: {string.Join(", ", unknown)}.", new JsonObject { [field] = "names users who don't exist", ["unknown"] = List(unknown) });
        }
    }

    private static JsonObject Naming(string field, IEnumerable<Guid> ids) => new() { [field] = List(ids) };

    private static JsonArray List(IEnumerable<Guid> ids) => [.. ids.Select(id => JsonValue.Create(id))];
}
