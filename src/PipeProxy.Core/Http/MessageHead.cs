using System.Runtime.CompilerServices;

namespace PipeProxy.Core.Http;

/// <summary>
/// What request heads, response heads and trailer sections have in common: one contiguous buffer and a table of field
/// lines in it. Bytes, never strings; nothing is allocated once the tables have grown to their size.
/// </summary>
/// <remarks>
/// The buffer is rented on first use and given back by <see cref="Reset"/>: an idle connection holds none. A span
/// handed out stays valid until <see cref="Reset"/>, also when adding fields made the buffer grow. Not thread-safe.
/// </remarks>
internal abstract class MessageHead
{
    /// <summary>Room kept behind a received head, so that the fields the proxy adds need no second buffer.</summary>
    private const int RoomForAdditions = 640;

    private HeadBuffer _buffer = new();
    private FieldLine[] _lines = [];
    private int _lineCount;
    private ulong _present;

    /// <summary>Lines in the table, removed ones included.</summary>
    internal int LineCount => _lineCount;

    /// <summary>Bytes of the head as it was received, start line and final empty line included.</summary>
    internal int HeadBytes { get; private set; }

    /// <summary>The bytes in the buffer: what was received, then what was added.</summary>
    internal ReadOnlySpan<byte> Bytes => _buffer.Bytes;

    /// <summary>The fields present, as a mask of <see cref="KnownFields.Bit"/>.</summary>
    internal ulong Present => _present;

    /// <summary>The line at <paramref name="i"/>, 0 to <see cref="LineCount"/> less 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref FieldLine Line(int i) => ref _lines[i];

    /// <summary>The name as it came.</summary>
    internal ReadOnlySpan<byte> NameOf(int i)
    {
        ref FieldLine line = ref _lines[i];
        return _buffer.At(line.NameStart, line.NameLength);
    }

    /// <summary>The value as it came, without the blanks at its ends.</summary>
    internal ReadOnlySpan<byte> ValueOf(int i)
    {
        ref FieldLine line = ref _lines[i];
        return _buffer.At(line.ValueStart, line.ValueLength);
    }

    /// <summary>True while at least one line of that field is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Has(KnownField field) => (_present & KnownFields.Bit(field)) != 0;

    /// <summary>The first line of that field at or after <paramref name="from"/>, or -1.</summary>
    internal int Find(KnownField field, int from = 0)
    {
        if (!Has(field))
        {
            return -1;
        }

        for (int i = from; i < _lineCount; i++)
        {
            if (_lines[i].Known == field && !_lines[i].Removed)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The first line of that name, whatever its case, at or after <paramref name="from"/>, or -1.</summary>
    internal int Find(ReadOnlySpan<byte> name, int from = 0)
    {
        KnownField known = KnownFields.Find(name);
        if (known != KnownField.Unknown)
        {
            return Find(known, from);
        }

        for (int i = from; i < _lineCount; i++)
        {
            ref FieldLine line = ref _lines[i];
            if (line.NameLength == name.Length && line.Known == KnownField.Unknown && !line.Removed
                && Grammar.EqualsIgnoreCase(NameOf(i), name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The value of that field's first line.</summary>
    internal bool TryGetValue(KnownField field, out ReadOnlySpan<byte> value)
    {
        int i = Find(field);
        value = i < 0 ? default : ValueOf(i);
        return i >= 0;
    }

    /// <summary>Takes one line out.</summary>
    internal void Remove(int i)
    {
        KnownField known = _lines[i].Known;
        _lines[i].Removed = true;
        if (known != KnownField.Unknown && Find(known) < 0)
        {
            _present &= ~KnownFields.Bit(known);
        }
    }

    /// <summary>Takes all lines of that field out.</summary>
    /// <returns>How many there were.</returns>
    internal int RemoveAll(KnownField field) => RemoveAll(KnownFields.Bit(field));

    /// <summary>Takes all lines of the fields in <paramref name="mask"/> out.</summary>
    /// <returns>How many there were.</returns>
    internal int RemoveAll(ulong mask)
    {
        if ((_present & mask) == 0)
        {
            return 0;
        }

        int removed = 0;
        for (int i = 0; i < _lineCount; i++)
        {
            ref FieldLine line = ref _lines[i];
            if ((KnownFields.Bit(line.Known) & mask) != 0 && !line.Removed)
            {
                line.Removed = true;
                removed++;
            }
        }

        _present &= ~mask;
        return removed;
    }

    /// <summary>Takes all lines of that name out, whatever its case.</summary>
    /// <returns>How many there were.</returns>
    internal int RemoveAll(ReadOnlySpan<byte> name)
    {
        KnownField known = KnownFields.Find(name);
        if (known != KnownField.Unknown)
        {
            return RemoveAll(known);
        }

        int removed = 0;
        for (int i = Find(name); i >= 0; i = Find(name, i + 1))
        {
            _lines[i].Removed = true;
            removed++;
        }

        return removed;
    }

    /// <summary>Adds a line at the end.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value has CR, LF, NUL or another control.</exception>
    internal void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!Grammar.IsToken(name))
        {
            throw new ArgumentException("A field name must be a token (RFC 9110 section 5.1).", nameof(name));
        }

        BeginLine(name, KnownFields.Find(name));
        AppendValue(Grammar.Trim(value));
        EndLine();
    }

    /// <summary>Adds a line at the end.</summary>
    /// <exception cref="ArgumentException">The value has CR, LF, NUL or another control.</exception>
    internal void Add(KnownField field, ReadOnlySpan<byte> value)
    {
        BeginLine(KnownFields.NameOf(field), field);
        AppendValue(Grammar.Trim(value));
        EndLine();
    }

    /// <summary>Replaces all lines of that name by one.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Add(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>; nothing is removed then.</exception>
    internal void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int before = _lineCount;
        Add(name, value);
        RemoveEarlier(before);
    }

    /// <summary>Replaces all lines of that field by one.</summary>
    /// <exception cref="ArgumentException">The value has a control byte; nothing is removed then.</exception>
    internal void Set(KnownField field, ReadOnlySpan<byte> value)
    {
        int before = _lineCount;
        bool replaces = Has(field);
        Add(field, value);
        if (replaces)
        {
            RemoveEarlier(before);
        }
    }

    /// <summary>Starts a line whose value is made of several pieces. Nothing is visible before <see cref="EndLine"/>.</summary>
    internal void BeginLine(ReadOnlySpan<byte> name, KnownField known)
    {
        if (name.IsEmpty)
        {
            throw new ArgumentException("The field has no name.", nameof(known));
        }

        int start = _buffer.Used;
        _buffer.Append(name);
        _buffer.Append(": "u8);
        ref FieldLine line = ref NextLine();
        line = new FieldLine
        {
            NameStart = start,
            NameLength = name.Length,
            ValueStart = _buffer.Used,
            Known = known,
            Canonical = true,
        };
    }

    /// <summary>Appends a piece to the value of the line begun last.</summary>
    /// <exception cref="ArgumentException">The piece has a control byte; the line is given up.</exception>
    internal void AppendValue(ReadOnlySpan<byte> piece)
    {
        if (!Grammar.IsFieldValue(piece))
        {
            throw new ArgumentException("A field value must not have control bytes in it.", nameof(piece));
        }

        _buffer.Append(piece);
    }

    /// <summary>Makes the line begun last part of the head.</summary>
    internal void EndLine()
    {
        ref FieldLine line = ref _lines[_lineCount];
        line.ValueLength = _buffer.Used - line.ValueStart;
        _buffer.Append("\r\n"u8);
        _lineCount++;
        _present |= KnownFields.Bit(line.Known);
    }

    /// <summary>Forgets everything and gives the buffers back.</summary>
    internal void Reset()
    {
        Clear();
        _buffer.Release();
    }

    /// <summary>Forgets everything but keeps the buffer: the next head follows at once.</summary>
    internal void Clear()
    {
        _buffer.Truncate(0);
        _lineCount = 0;
        _present = 0;
        HeadBytes = 0;
        ClearStartLine();
    }

    /// <summary>Adds a line that a parser found. Its places count from the start of the head.</summary>
    internal void AddReceived(in FieldLine line)
    {
        NextLine() = line;
        _lineCount++;
        _present |= KnownFields.Bit(line.Known);
    }

    /// <summary>Takes over the first bytes of a cleared head; places found in them stay right.</summary>
    internal void LoadReceived(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _buffer.EnsureRoom(bytes.Length + RoomForAdditions);
        _buffer.Append(bytes);
        HeadBytes = bytes.Length;
    }

    /// <summary>Takes over further bytes of a head.</summary>
    internal void AppendReceived(ReadOnlySpan<byte> bytes)
    {
        _buffer.EnsureRoom(bytes.Length + RoomForAdditions);
        _buffer.Append(bytes);
        HeadBytes = _buffer.Used;
    }

    /// <summary>Ends the received head at <paramref name="length"/>: what follows belongs to the body.</summary>
    internal void EndReceived(int length)
    {
        _buffer.Truncate(length);
        HeadBytes = length;
    }

    /// <summary>Puts bytes into the buffer that belong to no line.</summary>
    internal Extent Store(ReadOnlySpan<byte> bytes)
    {
        int start = _buffer.Used;
        _buffer.Append(bytes);
        return new Extent(start, bytes.Length);
    }

    /// <summary>The bytes at a place in the buffer.</summary>
    internal ReadOnlySpan<byte> At(Extent extent) => _buffer.At(extent.Start, extent.Length);

    /// <summary>Forgets what the start line and the fields said.</summary>
    protected abstract void ClearStartLine();

    private void RemoveEarlier(int added)
    {
        FieldLine line = _lines[added];
        for (int i = 0; i < added; i++)
        {
            if (_lines[i].Known == line.Known && !_lines[i].Removed
                && (line.Known != KnownField.Unknown || Grammar.EqualsIgnoreCase(NameOf(i), NameOf(added))))
            {
                _lines[i].Removed = true;
            }
        }
    }

    private ref FieldLine NextLine()
    {
        if (_lineCount == _lines.Length)
        {
            Array.Resize(ref _lines, Math.Max(32, _lines.Length * 2));
        }

        return ref _lines[_lineCount];
    }
}
