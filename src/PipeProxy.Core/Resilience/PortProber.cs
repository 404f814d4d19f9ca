using System.Collections.Concurrent;
using System.Net.Sockets;
using PipeProxy.Core.Balancing;
using PipeProxy.Core.Configuration;
using PipeProxy.Core.Transport;

namespace PipeProxy.Core.Resilience;

/// <summary>
/// Finds out when a backend that has just started accepts connections, so that scaling up never costs a refused
/// request. Tries at growing intervals until it does, or until the backend is taken off the list.
/// </summary>
public sealed class PortProber(Worker worker, Action<Backend> portOpen)
{
    private const int FirstInterval = 50;
    private const int LongestInterval = 500;
    private const int ConnectTimeout = 1_000;
    private readonly ConcurrentDictionary<Backend, Probe> _probes = new();

    /// <summary>Follows a configuration change: starting backends are probed, others are not any more.</summary>
    public void Apply(ProxyStateChange change)
    {
        foreach (BackendChange one in change.Backends)
        {
            if (one.After == BackendState.Starting)
            {
                Watch(one.Backend);
            }
            else if (one.Before == BackendState.Starting)
            {
                Forget(one.Backend);
            }
        }
    }

    /// <summary>Begins to probe <paramref name="backend"/>; a second call changes nothing.</summary>
    public void Watch(Backend backend)
    {
        Probe probe = new(this, backend, worker.Timers);
        if (backend.Address is not null && _probes.TryAdd(backend, probe))
        {
            worker.Post(static p => ((Probe)p!).Begin(), probe);
        }
    }

    /// <summary>The backend is gone, or known to be up: no more probes.</summary>
    public void Forget(Backend backend)
    {
        if (_probes.TryRemove(backend, out Probe? probe))
        {
            probe.Stop();
        }
    }

    private sealed class Probe
    {
        private readonly PortProber _owner;
        private readonly Backend _backend;
        private readonly Deadline _next;
        private int _interval = FirstInterval;
        private volatile bool _stopped;

        public Probe(PortProber owner, Backend backend, WorkerTimers timers)
        {
            _owner = owner;
            _backend = backend;
            _next = new Deadline(timers, static p => ((Probe)p).Begin(), this);
        }

        public void Begin() => _ = TryAsync();

        public void Stop()
        {
            _stopped = true;
            _next.Remove();
        }

        private async Task TryAsync()
        {
            try
            {
                Connection connection = await _owner.Connect(_backend).ConfigureAwait(false);
                connection.ShutdownSend();
                connection.Dispose();
                if (!_stopped)
                {
                    _owner.Forget(_backend);
                    _owner.Found(_backend);
                }
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                if (!_stopped)
                {
                    _next.Set(_interval);
                    _interval = Math.Min(_interval * 2, LongestInterval);
                }
            }
        }
    }

    private ValueTask<Connection> Connect(Backend backend) => worker.ConnectAsync(backend.Address!, ConnectTimeout);

    private void Found(Backend backend) => portOpen(backend);
}
