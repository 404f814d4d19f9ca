namespace PipeProxy.Core.Http;

/// <summary>
/// Checks chunk extensions byte by byte, from behind the first semicolon to the CR:
/// <c>name ["=" (token / quoted-string)] *(";" ...)</c> (RFC 9112 section 7.1.1), without white space outside quotes.
/// </summary>
internal struct ChunkExtension
{
    internal enum Step : byte
    {
        More,
        End,
        Fault,
    }

    private enum Place : byte
    {
        NameStart,
        Name,
        ValueStart,
        Token,
        Quoted,
        Escaped,
        QuoteEnd,
    }

    private Place _place;

    internal Step Take(byte b)
    {
        bool token = Grammar.Token.Contains(b);
        switch (_place)
        {
            case Place.NameStart:
                return token ? Enter(Place.Name) : Step.Fault;
            case Place.Name when token:
                return Step.More;
            case Place.Name when b == '=':
                return Enter(Place.ValueStart);
            case Place.ValueStart when b == '"':
                return Enter(Place.Quoted);
            case Place.ValueStart:
                return token ? Enter(Place.Token) : Step.Fault;
            case Place.Token when token:
                return Step.More;
            case Place.Quoted:
                return b switch
                {
                    (byte)'"' => Enter(Place.QuoteEnd),
                    (byte)'\\' => Enter(Place.Escaped),
                    _ => IsText(b) ? Step.More : Step.Fault,
                };
            case Place.Escaped:
                return IsText(b) ? Enter(Place.Quoted) : Step.Fault;
            default:
                return b switch
                {
                    (byte)'\r' => Step.End,
                    (byte)';' => Enter(Place.NameStart),
                    _ => Step.Fault,
                };
        }
    }

    /// <summary>HTAB, SP, visible ASCII or a byte over 0x7F.</summary>
    private static bool IsText(byte b) => b is (byte)'\t' or >= 0x20 and not 0x7F;

    private Step Enter(Place place)
    {
        _place = place;
        return Step.More;
    }
}
