namespace Sotto.Server.Storage;

/// <summary>The server can't start for a reason that the operator can mend; the message is the sentence that says which.</summary>
internal sealed class CannotStartException(string sentence, Exception? inner = null) : Exception(sentence, inner);
