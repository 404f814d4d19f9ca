namespace PipeProxy.Core.Configuration;

/// <summary>Names across providers: <c>name@provider</c>.</summary>
internal static class QualifiedName
{
    /// <summary>The full name of an object of <paramref name="provider"/>.</summary>
    public static string Of(string name, string provider) => $"{name}@{provider}";

    /// <summary>What <paramref name="reference"/> means where an object of <paramref name="provider"/> says it: its own provider's, unless it names one.</summary>
    public static string Resolve(string reference, string provider) =>
        reference.Contains('@', StringComparison.Ordinal) ? reference : Of(reference, provider);
}
