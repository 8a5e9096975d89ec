using Sotto.Contracts;

namespace Sotto.Server.Accounts;

/// <summary>Who is there right now, as Presence knows it. Filled once at start; until then everybody's status is the one they chose.</summary>
internal sealed class LiveStatus
{
    private Func<Guid, UserStatus, UserStatus> _of = (_, chosen) => chosen;
    private Action<Guid, UserStatus> _chosen = (_, _) => { };

    /// <param name="of">What to show for a user who chose this status.</param>
    /// <param name="chosen">A user chose another status by REST; must not block.</param>
    public void Fill(Func<Guid, UserStatus, UserStatus> of, Action<Guid, UserStatus> chosen) => (_of, _chosen) = (of, chosen);

    public UserStatus Of(Guid userId, UserStatus chosen) => _of(userId, chosen);

    public void Chosen(Guid userId, UserStatus status) => _chosen(userId, status);
}
