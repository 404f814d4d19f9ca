using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace PipeProxy.Core.Http;

/// <summary>
/// Writes small pieces into a pipe's own memory, in as many of its buffers as it takes. Nothing is visible to the pipe
/// before <see cref="Commit"/>.
/// </summary>
internal ref struct PipeOutput(PipeWriter writer)
{
    private readonly PipeWriter _writer = writer;
    private Span<byte> _room = writer.GetSpan();
    private int _used;

    internal void Write(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= _room.Length - _used)
        {
            bytes.CopyTo(_room[_used..]);
            _used += bytes.Length;
            return;
        }

        WriteInPieces(bytes);
    }

    /// <summary>One field line.</summary>
    internal void WriteField(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        Write(name);
        Write(": "u8);
        Write(value);
        Write("\r\n"u8);
    }

    /// <summary>Decimal digits.</summary>
    internal void Write(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        Write(digits[..written]);
    }

    /// <summary>Hexadecimal digits, as few as it takes.</summary>
    internal void WriteHex(long number)
    {
        Span<byte> digits = stackalloc byte[16];
        number.TryFormat(digits, out int written, "x", CultureInfo.InvariantCulture);
        Write(digits[..written]);
    }

    /// <summary>ASCII text of ours: one byte a character.</summary>
    internal void Write(string text)
    {
        Span<byte> bytes = stackalloc byte[128];
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> piece = rest[..Math.Min(rest.Length, bytes.Length)];
            Write(bytes[..Encoding.Latin1.GetBytes(piece, bytes)]);
            rest = rest[piece.Length..];
        }
    }

    /// <summary>Hands over what was written. It does not flush.</summary>
    internal void Commit()
    {
        _writer.Advance(_used);
        _used = 0;
        _room = default;
    }

    private void WriteInPieces(scoped ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            int fits = Math.Min(bytes.Length, _room.Length - _used);
            bytes[..fits].CopyTo(_room[_used..]);
            _used += fits;
            bytes = bytes[fits..];
            if (bytes.IsEmpty)
            {
                return;
            }

            _writer.Advance(_used);
            _used = 0;
            _room = _writer.GetSpan();
        }
    }
}
