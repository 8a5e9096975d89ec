using Orleans;

namespace Sotto.Server.Cluster;

/// <summary>
/// What a node tells another. All shapes that travel stand in this file: while a cluster is upgraded node by node, old and new ones must
/// understand each other, so aliases and numbers stay, and new properties get new numbers.
/// </summary>
[GenerateSerializer, Alias("sotto.node_message")]
internal abstract record NodeMessage;

/// <summary>How many sockets a user has on a node; 0: none any more.</summary>
[GenerateSerializer, Immutable, Alias("sotto.user_sockets")]
internal readonly record struct UserSockets([property: Id(0)] Guid UserId, [property: Id(1)] int Sockets);

/// <summary>What has changed on the sender.</summary>
/// <param name="Number">Rises by one with each batch of the sender.</param>
[GenerateSerializer, Immutable, Alias("sotto.board_batch")]
internal sealed record BoardBatch([property: Id(0)] long Number, [property: Id(1)] UserSockets[] Changes) : NodeMessage;

/// <summary>A short form of all users on the sender, after its batch <paramref name="Number"/>.</summary>
[GenerateSerializer, Immutable, Alias("sotto.board_digest")]
internal sealed record BoardDigest([property: Id(0)] long Number, [property: Id(1)] int Users, [property: Id(2)] ulong Hash) : NodeMessage;

/// <summary>Asks the receiver for all its users.</summary>
[GenerateSerializer, Immutable, Alias("sotto.board_question")]
internal sealed record BoardQuestion : NodeMessage;

/// <summary>All users on the sender, after its batch <paramref name="Number"/>.</summary>
[GenerateSerializer, Immutable, Alias("sotto.board_list")]
internal sealed record BoardList([property: Id(0)] long Number, [property: Id(1)] UserSockets[] Users) : NodeMessage;

/// <summary>An event for the sockets of some users, written already.</summary>
/// <param name="OnlyDevice">For this device alone.</param>
/// <param name="ExceptDevice">For all devices but this one.</param>
[GenerateSerializer, Immutable, Alias("sotto.user_frame")]
internal sealed record UserFrame(
    [property: Id(0)] Guid[] UserIds, [property: Id(1)] Guid? OnlyDevice, [property: Id(2)] Guid? ExceptDevice, [property: Id(3)] byte[] Frame) : NodeMessage;

/// <summary>Somebody's place in a call; the device is there when they are in it.</summary>
[GenerateSerializer, Immutable, Alias("sotto.call_place")]
internal readonly record struct CallPlace([property: Id(0)] Guid UserId, [property: Id(1)] Guid? DeviceId);

/// <summary>Who is part of a call since its change number <paramref name="Version"/>.</summary>
[GenerateSerializer, Immutable, Alias("sotto.call_places")]
internal sealed record CallPlaces(
    [property: Id(0)] Guid CallId, [property: Id(1)] long Version, [property: Id(2)] CallPlace[] Places, [property: Id(3)] bool IsOver) : NodeMessage;
