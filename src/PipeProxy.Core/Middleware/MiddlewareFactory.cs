using PipeProxy.Core.Configuration;

namespace PipeProxy.Core.Middleware;

/// <summary>Makes the middleware that a definition describes.</summary>
public static class MiddlewareFactory
{
    /// <exception cref="FormatException">A value of the definition cannot be used; the message says which and why.</exception>
    public static Middleware Create(MiddlewareDefinition definition) => definition switch
    {
        AddPrefixDefinition d => new AddPrefix(d.Name, d),
        HeadersDefinition d => new Headers(d.Name, d),
        RedirectSchemeDefinition d => new RedirectScheme(d.Name, d),
        ForwardAuthDefinition d => new ForwardAuth(d.Name, d),
        RetryDefinition d => new Retry(d.Name, d),
        _ => throw new FormatException($"'{definition.GetType().Name}' is no middleware of this version."),
    };
}
