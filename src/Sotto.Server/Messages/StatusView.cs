using Sotto.Contracts;
using Sotto.Server.Conversations;

namespace Sotto.Server.Messages;

/// <summary>A message that a device could not read; an empty device id: none of the user's devices was addressed.</summary>
internal sealed class FailureRow
{
    public Guid MessageId { get; init; }

    public Guid UserId { get; init; }

    public Guid DeviceId { get; init; }

    public long FailedAt { get; init; }
}

/// <summary>How far a message has come with one person.</summary>
internal readonly record struct PersonStatus(Guid UserId, MessageStatusType Status, long At);

/// <summary>Derives statuses from cursors: per person the furthest that any device has reached. Pure.</summary>
internal sealed class StatusView(Roster roster, IEnumerable<CursorRow> cursors, Guid viewerId)
{
    private readonly ILookup<Guid, CursorRow> _cursors = cursors.ToLookup(cursor => cursor.UserId);
    private readonly long? _viewerSince = roster.Members.TryGetValue(viewerId, out var viewer) ? viewer.ReceiptsSince : 0;

    /// <summary>Whether each recipient is listed; else only counts are given.</summary>
    public bool Lists => roster.Count <= Sizes.ListedStatuses;

    /// <summary>The status of each recipient: the members who may see the message, without its sender.</summary>
    public IEnumerable<PersonStatus> Of(Entry message, IReadOnlyCollection<FailureRow> failures)
    {
        foreach (var member in roster.Members.Values)
        {
            if (member.UserId != message.SenderId && member.JoinedSeq <= message.Seq)
            {
                yield return Of(member, message, failures);
            }
        }
    }

    public StatusCounts Count(Entry message, IReadOnlyCollection<FailureRow> failures)
    {
        int sent = 0, delivered = 0, read = 0, failed = 0;
        foreach (var person in Of(message, failures))
        {
            _ = person.Status switch
            {
                MessageStatusType.Delivered => delivered++,
                MessageStatusType.Read => read++,
                MessageStatusType.Failed => failed++,
                _ => sent++,
            };
        }

        return new StatusCounts(sent, delivered, read, failed);
    }

    private PersonStatus Of(RosterMember member, Entry message, IReadOnlyCollection<FailureRow> failures)
    {
        // What was read while either had receipts off was never told, and isn't told afterwards.
        var readFrom = _viewerSince is { } seen && member.ReceiptsSince is { } given ? Math.Max(seen, given) : long.MaxValue;
        PersonStatus best = new(member.UserId, MessageStatusType.Sent, message.CreatedAt);
        foreach (var cursor in _cursors[member.UserId])
        {
            if (!cursor.Has(message.Seq) || HasFailed(failures, message.Id, member.UserId, cursor.DeviceId))
            {
                continue;
            }

            var isRead = cursor.ReadSeq >= message.Seq && cursor.ReadAt >= readFrom;
            var status = isRead ? MessageStatusType.Read : MessageStatusType.Delivered;
            if (status > best.Status)
            {
                best = new PersonStatus(member.UserId, status, isRead ? cursor.ReadAt : cursor.DeliveredAt);
            }
        }

        if (best.Status == MessageStatusType.Sent)
        {
            foreach (var failure in failures)
            {
                if (failure.MessageId == message.Id && failure.UserId == member.UserId)
                {
                    return new PersonStatus(member.UserId, MessageStatusType.Failed, failure.FailedAt);
                }
            }
        }

        return best;
    }

    /// <summary>A device without keys never fails for want of a wrapped key, so the user-wide failure does not hold for a device that has reported.</summary>
    private static bool HasFailed(IReadOnlyCollection<FailureRow> failures, Guid messageId, Guid userId, Guid deviceId)
    {
        foreach (var failure in failures)
        {
            if (failure.MessageId == messageId && failure.UserId == userId && (failure.DeviceId == deviceId || failure.DeviceId == Guid.Empty))
            {
                return true;
            }
        }

        return false;
    }
}
