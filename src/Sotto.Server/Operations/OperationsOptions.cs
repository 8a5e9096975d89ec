namespace Sotto.Server.Operations;

/// <summary>Who may watch the server. Section <c>Sotto:Operations</c>.</summary>
internal sealed class OperationsOptions
{
    public const string Section = "Sotto:Operations";

    /// <summary>When set, <c>/metrics</c> is answered only to <c>Authorization: Bearer</c> with this value; empty: to anybody who reaches the server.</summary>
    public string MetricsToken { get; set; } = "";
}
