namespace Sotto.Server.Callers;

/// <summary>What one rate limit said: its size and window, what is left, and when more comes.</summary>
internal readonly record struct LimitNote(string Name, int Size, TimeSpan Window, int Left, TimeSpan Reset);

/// <summary>What rate limits said during one REST request, so that its answer can carry them as headers.</summary>
/// <remarks>
/// Limits are taken deep inside a use case that serves socket and REST alike, and the doors stand beside Limits, not above; so the notes travel with
/// the flow of the request. Where nobody has begun to take notes, as on a socket, adding costs a look and no memory.
/// </remarks>
internal sealed class LimitNotes
{
    private static readonly AsyncLocal<LimitNotes?> Here = new();

    private readonly List<LimitNote> _notes = [];

    public IReadOnlyList<LimitNote> All => _notes;

    /// <summary>Takes notes from here on, for everything that the calling method awaits.</summary>
    public static LimitNotes Begin() => Here.Value = new LimitNotes();

    public static void Add(LimitNote note)
    {
        if (Here.Value is not { } notes)
        {
            return;
        }

        lock (notes._notes)
        {
            notes._notes.RemoveAll(earlier => earlier.Name == note.Name);
            notes._notes.Add(note);
        }
    }
}
