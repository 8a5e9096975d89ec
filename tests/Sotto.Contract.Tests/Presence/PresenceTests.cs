using Sotto.Contract.Tests.Stage;
using Sotto.Contracts;

namespace Sotto.Contract.Tests.Presence;

/// <summary>Who is told that somebody is there, and who isn't.</summary>
public abstract class PresenceTests(Servers servers, Db db) : Play(servers, db)
{
    [Fact, Rule("P1", "P3", "P4", "P5")]
    public async Task People_who_share_a_direct_conversation_see_each_other_come_change_and_go()
    {
        var (alice, bob, hider) = await PeopleAsync("alice", "bob", "hider");
        await alice.CreatesDirectAsync(bob);
        await alice.CreatesDirectAsync(hider);
        await hider.PatchAsync("/users/me", new { Settings = new { ShowLastSeen = false } }).IsAsync(200);
        await alice.ConnectsAsync();

        var first = await bob.ConnectsAsync();
        await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "online" });
        await first.ReceivesAsync("user_status", new { UserId = alice.Id, Status = "online" });
        var second = await (await bob.NewDeviceAsync()).ConnectsAsync();
        await hider.ConnectsAsync();
        await alice.Phone.ReceivesAsync("user_status", new { UserId = hider.Id, Status = "online" });

        await second.SendAsync(new { type = "set_status", status = "busy" });
        await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "busy" });
        Assert.Equal(UserStatus.Busy, (await alice.GetAsync($"/users/{bob.Id}").AsAsync<PublicUser>()).Status);

        await hider.Phone.Socket.CloseAsync();
        await first.CloseAsync();
        await second.CloseAsync();
        var closed = DateTimeOffset.UtcNow;
        var gone = (await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "offline" })).As<UserStatusChange>();
        Assert.True(DateTimeOffset.UtcNow - closed > TimeSpan.FromSeconds(8), "Whoever loses a socket has ten seconds to come back.");
        Assert.InRange(gone.LastSeen!.Value, closed.AddSeconds(-5), closed.AddSeconds(5));
        Assert.Null((await alice.Phone.ReceivesAsync("user_status", new { UserId = hider.Id, Status = "offline" })).As<UserStatusChange>().LastSeen);

        // Whoever has just come may be told of the same twice: as one who comes, and of one who is there.
        var told = alice.Phone.Socket.All.Where(f => f.Type == "user_status" && f.Data.Id("user_id") == bob.Id).Select(f => f.Data.Text("status")).ToList();
        Assert.Equal(["online", "busy", "offline"], told.Where((status, i) => i == 0 || told[i - 1] != status));
        var profile = await alice.GetAsync($"/users/{bob.Id}").AsAsync<PublicUser>();
        Assert.Equal(UserStatus.Offline, profile.Status);
        Assert.Equal(UserStatus.Offline, (await alice.GetAsync($"/users/{hider.Id}").AsAsync<PublicUser>()).Status);
    }

    [Fact, Rule("P2")]
    public async Task Strangers_and_former_members_see_nobody()
    {
        var (alice, bob, carol, former) = await PeopleAsync("alice", "bob", "carol", "former");
        var group = await bob.CreatesGroupAsync(carol, former);
        await former.LeavesAsync(group);
        foreach (var watcher in new[] { alice, carol, former })
        {
            await watcher.ConnectsAsync();
        }

        await bob.ConnectsAsync();
        await carol.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "online" });
        foreach (var watcher in new[] { alice, former })
        {
            await watcher.Phone.Socket.ReceivesNoAsync(f => f.Type == "user_status" && f.Data.Id("user_id") == bob.Id, await SettledAsync(watcher));
        }
    }

    [Fact, Rule("P2")]
    public async Task A_channel_tells_of_presence_to_members_who_joined_it_only()
    {
        var (alice, bob, carol, removed) = await PeopleAsync("alice", "bob", "carol", "removed");
        var channel = await alice.CreatesChannelAsync(bob, carol, removed);
        foreach (var watcher in new[] { bob, carol, removed })
        {
            await watcher.ConnectsAsync();
        }

        foreach (var joins in new[] { bob, removed })
        {
            await joins.Phone.AsksAsync(new { type = "join_conversation", conversation_id = channel.Id }).IsAsync("conversation_joined");
        }

        await alice.RemovesAsync(removed, channel);
        await alice.ConnectsAsync();
        await bob.Phone.ReceivesAsync("user_status", new { UserId = alice.Id, Status = "online" });
        foreach (var watcher in new[] { carol, removed })
        {
            await watcher.Phone.Socket.ReceivesNoAsync(f => f.Type == "user_status" && f.Data.Id("user_id") == alice.Id, await SettledAsync(watcher));
        }
    }

    [Fact, Rule("P9")]
    public async Task A_blocked_user_sees_nothing_of_the_blocker_by_any_door()
    {
        var (alice, bob, carol) = await PeopleAsync("alice", "bob", "carol");
        await alice.CreatesDirectAsync(bob);
        await alice.CreatesGroupAsync(bob, carol);
        await alice.BlocksAsync(bob);
        await bob.ConnectsAsync();
        await carol.ConnectsAsync();

        await alice.ConnectsAsync();
        await carol.Phone.ReceivesAsync("user_status", new { UserId = alice.Id, Status = "online" });
        await alice.Phone.SendAsync(new { type = "set_status", status = "away" });
        await carol.Phone.ReceivesAsync("user_status", new { UserId = alice.Id, Status = "away" });
        var again = await (await bob.NewDeviceAsync()).ConnectsAsync();
        await again.ReceivesAsync("user_status", new { UserId = carol.Id });

        foreach (var socket in new[] { bob.Phone.Socket, again })
        {
            await socket.ReceivesNoAsync(f => f.Type == "user_status" && f.Data.Id("user_id") == alice.Id, await SettledAsync(bob));
        }

        var profile = await bob.GetAsync($"/users/{alice.Id}").AsAsync<PublicUser>();
        var found = Assert.Single((await bob.GetAsync($"/users/?query={alice.Username}").AsAsync<Page<PublicUser>>()).Data);
        Assert.All([profile, found], user => Assert.Equal((UserStatus.Offline, null), (user.Status, user.LastSeen)));
    }

    [Fact, Rule("P4")]
    public async Task A_status_is_kept_for_the_next_time_and_offline_makes_invisible()
    {
        var (alice, bob) = await PeopleAsync("alice", "bob");
        await alice.CreatesDirectAsync(bob);
        await bob.PatchAsync("/users/me", new { Status = "away" }).IsAsync(200);
        Assert.Equal(UserStatus.Offline, (await alice.GetAsync($"/users/{bob.Id}").AsAsync<PublicUser>()).Status);

        await alice.ConnectsAsync();
        await bob.ConnectsAsync();
        await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "away" });
        await bob.Phone.SendAsync(new { type = "set_status", status = "offline" });
        await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "offline" });
        await bob.PatchAsync("/users/me", new { Status = "online" }).IsAsync(200);
        await alice.Phone.ReceivesAsync("user_status", new { UserId = bob.Id, Status = "online" });
        await bob.Phone.AsksAsync(new { type = "set_status", status = "asleep" }).IsRefusedAsync(Errors.ValidationError);
    }
}

public sealed class PresenceOnSqlite(Servers servers) : PresenceTests(servers, Db.Sqlite);

public sealed class PresenceOnPostgres(Servers servers) : PresenceTests(servers, Db.Postgres);
