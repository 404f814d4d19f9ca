using PipeProxy.Core.Tests.Transport.Hostile;
using PipeProxy.Core.Transport;
using PipeProxy.Core.Transport.Memory;

namespace PipeProxy.Core.Tests.Transport;

/// <summary>On a socket that a client opened.</summary>
public sealed class AcceptedSocketContractTests : WireContract
{
    private protected override IWireTransport CreateWire() => new SocketsWire();
}

/// <summary>On a socket that we opened.</summary>
public sealed class ConnectedSocketContractTests : WireContract
{
    private protected override bool SeesEndBehindUnreadBytes => false;

    private protected override bool DeliversBeforeReset => true;

    private protected override IWireTransport CreateWire() => new SocketsWire();

    private protected override Task<(Connection, ScriptedPeer)> OpenAsync() => OpenBackendAsync();
}

/// <summary>On the hostile transport: everything in single bytes, everything late.</summary>
public sealed class HostileOneByteContractTests : WireContract
{
    // Each byte is a segment and a turn, and what is held moves with each.
    private protected override int Large => 3000;

    private protected override IWireTransport CreateWire() => new HostileWire(HostilePlan.OneByte());
}

/// <summary>On the hostile transport with drawn sizes, towards a backend.</summary>
public sealed class HostileSeededContractTests : WireContract
{
    private protected override IWireTransport CreateWire() => new HostileWire(new HostilePlan(seed: 4711) { MaximumPiece = 5000 });

    private protected override Task<(Connection, ScriptedPeer)> OpenAsync() => OpenBackendAsync();
}

/// <summary>On a connection inside the process.</summary>
public sealed class MemoryContractTests : ConnectionContract
{
    private readonly HostileWorker _worker = new(new ManualClock(), new HostilePlan(1), new HostileFailures());

    private protected override Task<(Connection, ScriptedPeer)> OpenAsync()
    {
        var (subject, other) = MemoryConnection.CreatePair(_worker, _worker);
        return Task.FromResult<(Connection, ScriptedPeer)>((subject, new ConnectionPeer(other)));
    }
}

/// <summary>The contract over a wire transport: from a client, or to a backend.</summary>
public abstract class WireContract : ConnectionContract
{
    private IWireTransport _wire = null!;

    public override Task InitializeAsync()
    {
        _wire = CreateWire();
        return base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _wire.DisposeAsync();
    }

    private protected abstract IWireTransport CreateWire();

    private protected override async Task<(Connection, ScriptedPeer)> OpenAsync()
    {
        var accepted = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedPeer peer = await _wire.ConnectAsync(accepted.SetResult);
        return (await accepted.Task, peer);
    }

    private protected async Task<(Connection, ScriptedPeer)> OpenBackendAsync()
    {
        using ScriptedBackend backend = _wire.Listen();
        Task<ScriptedPeer> accepting = backend.AcceptAsync();
        Connection connection = await _wire.Worker.ConnectAsync(backend.EndPoint, 10_000);
        return (connection, await accepting);
    }
}
