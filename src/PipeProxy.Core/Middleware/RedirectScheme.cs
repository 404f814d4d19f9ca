using System.Text;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Middleware;

/// <summary>Answers with a redirect to the same URL under another scheme, where the request came in by a different one.</summary>
internal sealed class RedirectScheme(string name, RedirectSchemeDefinition definition) : Middleware(name)
{
    internal override MiddlewareHooks Hooks => MiddlewareHooks.Request;

    internal override ValueTask<HookVerdict> OnRequestAsync(Exchange exchange)
    {
        RequestHead head = exchange.Head;
        string scheme = SchemeOf(exchange);
        string port = definition.Port is null || IsDefaultPort(definition.Scheme, definition.Port) ? "" : ":" + definition.Port;
        if (scheme == definition.Scheme || head.HostName.IsEmpty)
        {
            return new ValueTask<HookVerdict>(HookVerdict.Continue);
        }

        string location = $"{definition.Scheme}://{Encoding.Latin1.GetString(head.HostName)}{port}{Encoding.Latin1.GetString(head.Target)}";
        bool keepsMethod = head.Method != HttpMethod.Get;
        int status = definition.Permanent ? keepsMethod ? 308 : 301 : keepsMethod ? 307 : 302;
        exchange.AnswerFields.Add(new KeyValuePair<string, string>("Location", location));
        exchange.AnswerLocally(new LocalAnswer(status, StatusPhrases.Of(status)));
        return new ValueTask<HookVerdict>(HookVerdict.Answered);
    }

    /// <summary>The scheme the client used: what a trusted peer says of it, else that of our own connection.</summary>
    private static string SchemeOf(Exchange exchange)
    {
        if (exchange.Head.TryGetValue(KnownField.XForwardedProto, out ReadOnlySpan<byte> proto))
        {
            return proto.SequenceEqual("https"u8) || proto.SequenceEqual("wss"u8) ? "https" : "http";
        }

        return exchange.Client.Tls is null ? "http" : "https";
    }

    private static bool IsDefaultPort(string scheme, string port) => (scheme, port) is ("http", "80") or ("https", "443");
}
