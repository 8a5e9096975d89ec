namespace Sotto.Contracts;

/// <summary>How the server is: <c>ok</c> or <c>ready</c>; anything else is an error.</summary>
public sealed record Health(string Status);
