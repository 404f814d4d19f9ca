namespace PipeProxy.Core.Http;

/// <summary>One field line of a head: where its name and its trimmed value are in the head's buffer.</summary>
internal struct FieldLine
{
    internal int NameStart;
    internal int NameLength;
    internal int ValueStart;
    internal int ValueLength;
    internal KnownField Known;

    /// <summary>Taken out: it is neither found nor written.</summary>
    internal bool Removed;

    /// <summary>It stands in the buffer as <c>Name: value CRLF</c> and may be copied together with its neighbours.</summary>
    internal bool Canonical;

    /// <summary>The first byte after a canonical line.</summary>
    internal readonly int CanonicalEnd => ValueStart + ValueLength + 2;
}
