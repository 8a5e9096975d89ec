using Sotto.Contracts;
using Sotto.Server.Conversations;
using Sotto.Server.Messages;

namespace Sotto.Server.Tests.Messages;

public sealed class CompletenessTests
{
    private static readonly Guid Alice = Id(1), Phone = Id(11), Laptop = Id(12), Bob = Id(2), BobPhone = Id(21), Carol = Id(3), Plain = Id(31);

    [Fact, Rule("M21")]
    public void A_device_with_keys_must_address_every_other_device_with_keys_and_none_else()
    {
        Completeness.Check(Everyone(), Alice, Phone, Keys((Alice, Laptop), (Bob, BobPhone)));

        var refused = Refused(() => Completeness.Check(Everyone(), Alice, Phone, Keys((Bob, BobPhone), (Carol, Plain))));
        Assert.Equal(Errors.DeviceListMismatch, refused.Error);
    }

    [Fact, Rule("M22")]
    public void The_refusal_names_what_is_missing_and_what_is_stale()
    {
        var refused = Refused(() => Completeness.Check(Everyone(), Alice, Phone, Keys((Bob, BobPhone), (Carol, Plain), (Alice, Phone))));

        Assert.Equal([Laptop], refused.Extra!["missing"]!.AsArray().Select(id => id!.GetValue<Guid>()));
        Assert.Equal(new[] { Plain, Phone }.Order(), refused.Extra["stale"]!.AsArray().Select(id => id!.GetValue<Guid>()).Order());
        Assert.Equal(7, refused.Extra["roster_version"]!.GetValue<long>());
    }

    [Fact, Rule("M21")]
    public void A_key_under_the_wrong_user_does_not_count()
    {
        var refused = Refused(() => Completeness.Check(Everyone(), Alice, Phone, Keys((Carol, Laptop), (Bob, BobPhone))));
        Assert.Equal([Laptop], refused.Extra!["missing"]!.AsArray().Select(id => id!.GetValue<Guid>()));
    }

    [Fact, Rule("M70")]
    public void A_plain_device_sends_with_no_keys_or_any_device_id_of_a_member()
    {
        Completeness.Check(Everyone(), Carol, Plain, PackedKeys.Empty);
        Completeness.Check(Everyone(), Carol, Plain, Keys((Bob, Id(99))));
    }

    [Fact, Rule("M71")]
    public void A_plain_device_addresses_members_only()
    {
        var refused = Refused(() => Completeness.Check(Everyone(), Carol, Plain, Keys((Id(77), Id(99)))));
        Assert.Equal(Errors.ValidationError, refused.Error);
    }

    [Fact, Rule("M53")]
    public void A_member_who_cannot_read_it_fails_when_no_device_is_addressed()
    {
        Assert.Equal([Alice, Bob], Completeness.Unaddressed(Everyone(), Carol, Plain, PackedKeys.Empty).Order());
        Assert.Equal([Bob], Completeness.Unaddressed(Everyone(), Carol, Plain, Keys((Alice, Laptop))));
        Assert.Equal([Carol], Completeness.Unaddressed(Everyone(), Alice, Phone, Keys((Alice, Laptop), (Bob, BobPhone))));
    }

    private static Roster Everyone() => new(
        Id(100), 7, ConversationType.Group, ConversationVisibility.Private, null, false,
        new[]
        {
            Member(Alice, (Phone, true), (Laptop, true)), Member(Bob, (BobPhone, true)), Member(Carol, (Plain, false)),
        }.ToDictionary(member => member.UserId));

    private static RosterMember Member(Guid user, params (Guid Id, bool HasKeys)[] devices) =>
        new(user, MemberRole.Member, 1, 0, [.. devices.Select(device => new RosterDevice(device.Id, device.HasKeys))]);

    private static PackedKeys Keys(params (Guid User, Guid Device)[] recipients) =>
        PackedKeys.From(recipients.Select(to => new WrappedKey(to.User, to.Device, "k", "x25519-aead", "n")));

    private static RefusedException Refused(Action act) => Assert.Throws<RefusedException>(act);

    private static Guid Id(byte n) => new([.. new byte[15], n]);
}
