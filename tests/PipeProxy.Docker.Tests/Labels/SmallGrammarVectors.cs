namespace PipeProxy.Docker.Tests.Labels;

/// <summary>Expected values made by another implementation of SHA-256, SHA-1 and FNV-1.</summary>
internal static class SmallGrammarVectors
{
    public static readonly string[] Affinity = ["fdbaf67947d2dc83", "60b7446037c9a202", "93e339f22ce4f3f9"];
    public const string Cookie = "_c4bdf";
}
