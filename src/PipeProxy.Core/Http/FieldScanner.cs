using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Http;

/// <summary>
/// Finds field lines, one after the other, up to the empty line that ends them. It remembers how far it has looked,
/// also inside a line, so that no byte is looked at twice however the input is cut.
/// </summary>
internal struct FieldScanner
{
    internal enum Step : byte
    {
        NeedMore,
        Line,
        End,
        Fault,
    }

    private int _lineStart;
    private int _colon;
    private int _scanned;

    /// <summary>Why the last step was <see cref="Step.Fault"/>.</summary>
    internal FieldFault Fault { get; private set; }

    /// <summary>The first byte not yet part of a finished line; after <see cref="Step.End"/> the first byte behind the section.</summary>
    internal readonly int Position => _lineStart;

    /// <summary>Begins at <paramref name="position"/>, the start of a line.</summary>
    internal FieldScanner(int position)
    {
        _lineStart = position;
        _scanned = position;
        _colon = -1;
    }

    /// <summary>
    /// Looks for the next line in <paramref name="data"/>, which holds the same bytes at the same places at every
    /// call, and perhaps more behind them.
    /// </summary>
    internal Step Next(ReadOnlySpan<byte> data, out FieldLine line)
    {
        Unsafe.SkipInit(out line);
        if (_colon < 0)
        {
            Step name = FindColon(data);
            if (name != Step.Line)
            {
                return name;
            }
        }

        int end = data[_scanned..].IndexOfAny(Grammar.Controls);
        if (end < 0)
        {
            _scanned = data.Length;
            return Step.NeedMore;
        }

        end += _scanned;
        _scanned = end;
        if (data[end] != '\r')
        {
            return Fail(data[end] == '\n' ? FieldFault.BareLineFeed : FieldFault.ControlInValue);
        }

        if (end + 1 == data.Length)
        {
            return Step.NeedMore;
        }

        if (data[end + 1] != '\n')
        {
            return Fail(FieldFault.BareCarriageReturn);
        }

        int valueStart = _colon + 1;
        int valueEnd = end;
        while (valueStart < valueEnd && Grammar.IsBlank(data[valueStart]))
        {
            valueStart++;
        }

        while (valueEnd > valueStart && Grammar.IsBlank(data[valueEnd - 1]))
        {
            valueEnd--;
        }

        line = new FieldLine
        {
            NameStart = _lineStart,
            NameLength = _colon - _lineStart,
            ValueStart = valueStart,
            ValueLength = valueEnd - valueStart,
            Known = KnownFields.Find(data[_lineStart.._colon]),
            Canonical = valueEnd == end && valueStart == _colon + 2 && data[_colon + 1] == ' ',
        };
        _lineStart = _scanned = end + 2;
        _colon = -1;
        return Step.Line;
    }

    private Step FindColon(ReadOnlySpan<byte> data)
    {
        int at = data[_scanned..].IndexOfAnyExcept(Grammar.Token);
        if (at < 0)
        {
            _scanned = data.Length;
            return Step.NeedMore;
        }

        at += _scanned;
        _scanned = at;
        byte found = data[at];
        if (found == ':' && at > _lineStart)
        {
            _colon = at;
            _scanned = at + 1;
            return Step.Line;
        }

        if (found != '\r')
        {
            return Fail(NameFault(found, at == _lineStart));
        }

        if (at + 1 == data.Length)
        {
            return Step.NeedMore;
        }

        if (data[at + 1] != '\n')
        {
            return Fail(FieldFault.BareCarriageReturn);
        }

        if (at > _lineStart)
        {
            return Fail(FieldFault.NoColon);
        }

        _lineStart = _scanned = at + 2;
        return Step.End;
    }

    private static FieldFault NameFault(byte found, bool first) => found switch
    {
        (byte)':' => FieldFault.EmptyName,
        (byte)'\n' => FieldFault.BareLineFeed,
        (byte)' ' or (byte)'\t' => first ? FieldFault.LeadingBlank : FieldFault.BlankInName,
        _ => FieldFault.BadNameByte,
    };

    private Step Fail(FieldFault fault)
    {
        Fault = fault;
        return Step.Fault;
    }
}
