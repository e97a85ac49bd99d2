"""Write the model folder: weights, tokenizer, configuration, golden outputs and model card."""

import json
import os
import shutil
from pathlib import Path
from string import Template

import golden
from chat import BOS, CHAT_TEMPLATE, END, SPECIAL_TOKENS
from model import save


def tokenizer_config(config):
    added = {str(i): {"content": token, "special": True, "normalized": False, "lstrip": False, "rstrip": False,
                      "single_word": False} for i, token in enumerate(SPECIAL_TOKENS)}
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BOS, "eos_token": END, "pad_token": END,
            "add_bos_token": False, "add_eos_token": False, "clean_up_tokenization_spaces": False,
            "model_max_length": config.max_position_embeddings, "added_tokens_decoder": added,
            "chat_template": CHAT_TEMPLATE}


def generation_config(config):
    return {"bos_token_id": config.bos_token_id, "eos_token_id": config.eos_token_id,
            "pad_token_id": config.eos_token_id, "do_sample": False, "max_new_tokens": 64}


def table(rows):
    lines = ["| Question | Answer of the model | WordNet |", "|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows])


def card(results, shown, config):
    numbers = {name: f"{value:.2f}" if isinstance(value, float) else f"{value:,}" for name, value in results.items()}
    numbers |= {"layers": config.num_hidden_layers, "heads": config.num_attention_heads,
                "hidden_size": config.hidden_size, "intermediate_size": config.intermediate_size,
                "vocab_size": config.vocab_size, "million_tokens": f"{results['tokens'] / 1e6:.1f}",
                "million_answer_tokens": f"{results['answer_tokens'] / 1e6:.1f}",
                "minutes": f"{results['minutes']:.0f}", "epochs": f"{results['epochs']:.0f}",
                "held_out_table": table(shown["held_out"]), "train_table": table(shown["train"])}
    return Template((Path(__file__).parent / "card.md").read_text()).substitute(numbers)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def export(state, config, tokenizer, results, shown, folder):
    """Everything is written next to `folder`'s files first, then moved over them one by one."""
    fresh = folder / ".export"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save(state, config, fresh)
    shutil.copyfile(tokenizer, fresh / "tokenizer.json")
    write_json(fresh / "tokenizer_config.json", tokenizer_config(config))
    write_json(fresh / "generation_config.json", generation_config(config))
    write_json(fresh / "training_results.json", results)
    golden.record(fresh)
    (fresh / "README.md").write_text(card(results, shown, config))
    for file in fresh.iterdir():
        file.chmod(0o644)
        os.replace(file, folder / file.name)
    fresh.rmdir()
