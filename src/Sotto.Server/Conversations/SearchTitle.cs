namespace Sotto.Server.Conversations;

/// <summary>The form of a title in which words are found by their beginning.</summary>
internal static class SearchTitle
{
    private static readonly char[] Wild = ['\\', '%', '_'];

    /// <summary>Every word has a blank before it.</summary>
    public static string? Of(string? title) => title is null ? null : " " + Fold(title);

    /// <summary>For <c>like @pattern escape '\'</c>.</summary>
    public static string Pattern(string query)
    {
        var folded = Fold(query);
        foreach (var wild in Wild)
        {
            folded = folded.Replace(wild.ToString(), "\\" + wild, StringComparison.Ordinal);
        }

        return $"% {folded}%";
    }

    private static string Fold(string text) => string.Join(' ', text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
