using System.Buffers;
using System.Text;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Forwarding;

namespace PipeProxy.Core.Middleware;

/// <summary>Puts a prefix before the path: <c>/foo</c> and <c>/api?x=1</c> make <c>/foo/api?x=1</c>.</summary>
internal sealed class AddPrefix(string name, AddPrefixDefinition definition) : Middleware(name)
{
    private readonly byte[] _prefix = Encoding.ASCII.GetBytes(definition.Prefix.TrimEnd('/'));

    internal override MiddlewareHooks Hooks => MiddlewareHooks.Request;

    internal override ValueTask<HookVerdict> OnRequestAsync(Exchange exchange)
    {
        ReadOnlySpan<byte> target = exchange.Head.Target;
        if (_prefix.Length > 0 && target.Length > 0 && target[0] == '/')
        {
            int length = _prefix.Length + target.Length;
            byte[] rented = ArrayPool<byte>.Shared.Rent(length);
            _prefix.CopyTo(rented.AsSpan());
            target.CopyTo(rented.AsSpan(_prefix.Length));
            exchange.Head.SetTarget(rented.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(rented);
        }

        return new ValueTask<HookVerdict>(HookVerdict.Continue);
    }
}
