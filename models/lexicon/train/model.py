"""A small Llama whose parameter names are those of Hugging Face's `LlamaForCausalLM`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn


@dataclass
class Config:
    vocab_size: int
    hidden_size: int = 320
    intermediate_size: int = 896
    num_hidden_layers: int = 4
    num_attention_heads: int = 5
    num_key_value_heads: int = 5
    max_position_embeddings: int = 256
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-5
    initializer_range: float = 0.02
    bos_token_id: int = 0
    eos_token_id: int = 3

    @property
    def head_dim(self):
        return self.hidden_size // self.num_attention_heads


def rotary_tables(config):
    """Cosines and sines, each (position, head_dim), in the half-split layout of Llama."""
    exponents = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    angles = torch.outer(torch.arange(config.max_position_embeddings, dtype=torch.float32),
                         config.rope_theta ** -exponents)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.head_dim = config.head_dim
        query_size = config.num_attention_heads * self.head_dim
        key_size = config.num_key_value_heads * self.head_dim
        self.q_proj = nn.Linear(config.hidden_size, query_size, bias=False)
        self.k_proj = nn.Linear(config.hidden_size, key_size, bias=False)
        self.v_proj = nn.Linear(config.hidden_size, key_size, bias=False)
        self.o_proj = nn.Linear(query_size, config.hidden_size, bias=False)

    def forward(self, x, cos, sin):
        # Attention itself is computed in float32: it is cheap here, and faster so on a CPU.
        query, key, value = (proj(x).float().unflatten(-1, (-1, self.head_dim)).transpose(1, 2)
                             for proj in (self.q_proj, self.k_proj, self.v_proj))
        query, key = rotate(query, cos, sin), rotate(key, cos, sin)
        with torch.autocast("cpu", enabled=False):
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        return self.o_proj(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = FeedForward(config)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class Llama(nn.Module):
    """The output projection is the embedding, transposed (`tie_word_embeddings`)."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.model = Body(config)
        cos, sin = rotary_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def initialise(self):
        residual_scale = (2 * self.config.num_hidden_layers) ** -0.5
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                into_residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=self.config.initializer_range * (residual_scale if into_residual else 1))
        return self

    def hidden(self, ids):
        x = self.model.embed_tokens(ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight)

    @torch.no_grad()
    def generate(self, ids, limit, stop=None):
        """Greedy continuation of a list of ids: the new ids, `stop` excluded."""
        new = []
        while len(new) < limit:
            token = self.logits(self.hidden(torch.tensor([ids + new]))[0, -1]).argmax().item()
            if token == stop:
                break
            new.append(token)
        return new

    def count_weights(self):
        return sum(weight.numel() for weight in self.parameters())


def save(state, config, folder):
    """Write float16 weights and the configuration in the Hugging Face layout."""
    state = {name: weight.detach().to(torch.float16).contiguous() for name, weight in state.items()}
    assert all(weight.isfinite().all() for weight in state.values()), "a weight overflows float16"
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    layout = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
              "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "rope_scaling": None,
              "tie_word_embeddings": True, "torch_dtype": "float16", "use_cache": True,
              "head_dim": config.head_dim}
    (folder / "config.json").write_text(json.dumps(layout | asdict(config), indent=2) + "\n")


def load(folder):
    """Read the stored weights back, as float32."""
    stored = json.loads((Path(folder) / "config.json").read_text())
    model = Llama(Config(**{name: stored[name] for name in Config.__dataclass_fields__}))
    state = load_file(Path(folder) / "model.safetensors")
    model.load_state_dict({name: weight.float() for name, weight in state.items()})
    return model.eval()
