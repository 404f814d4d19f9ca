using System.Collections.Immutable;
using System.Text;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;
using PipeProxy.Core.Http;

namespace PipeProxy.Core.Middleware;

/// <summary>Sets request and response fields; an empty value removes the field.</summary>
internal sealed class Headers : Middleware
{
    private readonly (byte[] Name, byte[] Value)[] _request;
    private readonly (byte[] Name, byte[] Value)[] _response;
    private readonly byte[]? _host;

    public Headers(string name, HeadersDefinition definition)
        : base(name)
    {
        _host = definition.CustomRequestHeaders.Where(f => IsHost(f.Key)).Select(f => Encoding.ASCII.GetBytes(f.Value)).FirstOrDefault();
        _request = Encode(definition.CustomRequestHeaders.Where(f => !IsHost(f.Key)));
        _response = Encode(definition.CustomResponseHeaders);
    }

    internal override MiddlewareHooks Hooks =>
        (_request.Length > 0 || _host is not null ? MiddlewareHooks.Request : MiddlewareHooks.None)
        | (_response.Length > 0 ? MiddlewareHooks.Response : MiddlewareHooks.None);

    internal override ValueTask<HookVerdict> OnRequestAsync(Exchange exchange)
    {
        if (_host is { Length: > 0 } host)
        {
            int colon = host.AsSpan().LastIndexOf((byte)':');
            int nameLength = colon > host.AsSpan().LastIndexOf((byte)']') ? colon : host.Length;
            exchange.Head.UseHost(exchange.Head.Store(host), nameLength);
        }

        Apply(exchange.Head, _request);
        return new ValueTask<HookVerdict>(HookVerdict.Continue);
    }

    internal override void OnResponse(Exchange exchange, ResponseHead head) => Apply(head, _response);

    private static void Apply(MessageHead head, (byte[] Name, byte[] Value)[] fields)
    {
        foreach ((byte[] name, byte[] value) in fields)
        {
            if (value.Length == 0)
            {
                head.RemoveAll(name);
            }
            else
            {
                head.Set(name, value);
            }
        }
    }

    private static bool IsHost(string name) => name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private static (byte[] Name, byte[] Value)[] Encode(IEnumerable<KeyValuePair<string, string>> fields) =>
        [.. fields.Select(f => (Encoding.ASCII.GetBytes(f.Key), Encoding.Latin1.GetBytes(f.Value)))];
}
