namespace PipeProxy.Core.Http;

/// <summary>A run of bytes in a head's buffer.</summary>
internal readonly record struct Extent(int Start, int Length);
