using System.Collections.Immutable;
using System.Net;
using PipeProxy.Core.Configuration;
using PipeProxy.Docker.Engine;
using PipeProxy.Docker.Labels;

namespace PipeProxy.Docker.Watch;

/// <summary>Makes a configuration of the containers and publishes it. Lives as long as the provider, over all connections.</summary>
internal sealed class ConfigurationPublisher(DockerOptions options, Action<ProviderConfiguration> publish, DockerLog log)
{
    private Surroundings? _surroundings;
    private LabelContext _context = new(options, [], IPAddress.Loopback);
    private ImmutableDictionary<string, string> _owners = ImmutableDictionary<string, string>.Empty;

    /// <summary>A configuration has been published.</summary>
    public bool HasPublished { get; private set; }

    /// <summary>The container with these labels is to be read.</summary>
    public bool IsOfInterest(IReadOnlyDictionary<string, string> labels) => _context.IsOfInterest(labels);

    /// <summary>Takes in where the proxy stands. True when that has changed, and addresses may have with it.</summary>
    public bool Take(Surroundings surroundings)
    {
        if (surroundings.Equals(_surroundings))
        {
            return false;
        }

        _surroundings = surroundings;
        _context = new LabelContext(options, surroundings.LocalNetworks, surroundings.HostAddress);
        return true;
    }

    public void Publish(IEnumerable<ContainerFacts> containers)
    {
        var reading = LabelReader.Read(containers, _context, _owners);
        _owners = reading.Owners;
        try
        {
            publish(reading.Configuration);
        }
        catch (Exception failure)
        {
            // Whoever takes it has failed, not the engine: the connection is worth keeping.
            log.PublishFailed(failure.Message);
        }

        HasPublished = true;
    }
}
