namespace PipeProxy.Core.Http;

/// <summary>
/// The comma-separated elements of one field value, trimmed, empty ones included, in order (RFC 9110 section 5.6.1).
/// Quoted strings are not looked into: the fields read with it are lists of tokens.
/// </summary>
internal ref struct ListElements(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;
    private bool _ended;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly ListElements GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_ended)
        {
            return false;
        }

        int comma = _rest.IndexOf((byte)',');
        if (comma < 0)
        {
            Current = Grammar.Trim(_rest);
            _ended = true;
        }
        else
        {
            Current = Grammar.Trim(_rest[..comma]);
            _rest = _rest[(comma + 1)..];
        }

        return true;
    }
}
