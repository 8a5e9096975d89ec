using System.Collections.Concurrent;
using Sotto.Server.Cluster;

namespace Sotto.Server.Calls;

/// <summary>
/// Who is part of which live call, and with which device, as far as this node knows: what every signal asks. Alone it is exact; among several nodes
/// a change may be on its way, so that what wasn't confirmed lately is read again.
/// </summary>
internal sealed class CallSeats(CallStore store, Nodes nodes, TimeProvider clock)
{
    /// <summary>How long another node's change may go unnoticed, should the message of it be lost.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, Known> _calls = new();
    private readonly ConcurrentDictionary<Guid, Guid> _callOf = new();

    /// <summary>The calls that somebody here has to do with.</summary>
    public IReadOnlyList<CallPlaces> All => [.. _calls.Values.Select(known => known.Places)];

    /// <summary>The call that a user is in, as far as known.</summary>
    public Guid? CallOf(Guid userId) => _callOf.TryGetValue(userId, out var id) ? id : null;

    /// <summary>The places of a live call; null when there is none of this id.</summary>
    public async ValueTask<CallPlaces?> FindAsync(Guid callId, CancellationToken ct) =>
        _calls.TryGetValue(callId, out var known) && (nodes.Others.IsEmpty || clock.GetElapsedTime(known.At) < Fresh) ? known.Places : await ReadAsync(callId, ct);

    /// <summary>The same, from the database.</summary>
    public async Task<CallPlaces?> ReadAsync(Guid callId, CancellationToken ct)
    {
        if (await store.FindAsync(callId, ct) is not { } stored)
        {
            return null;
        }

        var places = CallPushes.PlacesOf(stored);
        Take(places);
        return places;
    }

    /// <summary>Notes the places of a call, unless newer ones are known.</summary>
    public void Take(CallPlaces places)
    {
        if (places.IsOver)
        {
            Forget(places.CallId);
            return;
        }

        var known = new Known(places, clock.GetTimestamp());
        var kept = _calls.AddOrUpdate(places.CallId, known, (_, before) => before.Places.Version > places.Version ? before : known);
        if (!ReferenceEquals(kept, known))
        {
            return;
        }

        foreach (var place in places.Places)
        {
            if (place.DeviceId is not null)
            {
                _callOf[place.UserId] = places.CallId;
            }
            else
            {
                _callOf.TryRemove(KeyValuePair.Create(place.UserId, places.CallId));
            }
        }
    }

    private void Forget(Guid callId)
    {
        if (_calls.TryRemove(callId, out var known))
        {
            foreach (var place in known.Places.Places)
            {
                _callOf.TryRemove(KeyValuePair.Create(place.UserId, callId));
            }
        }
    }

    /// <param name="At">The stamp of when it was confirmed.</param>
    private sealed record Known(CallPlaces Places, long At);
}
