# Textos para quem recebe correio. Palavras simples; as duas respostas pesam o mesmo; nada apressa.

## Every page

language-choice = Língua
sender-unnamed = O remetente do seu e-mail

# 21 de novembro de 2026, 19:40 UTC
moment = { $day } de { $month } de { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = janeiro
month-2 = fevereiro
month-3 = março
month-4 = abril
month-5 = maio
month-6 = junho
month-7 = julho
month-8 = agosto
month-9 = setembro
month-10 = outubro
month-11 = novembro
month-12 = dezembro

## The form about behavioural tracking

tracking-title = Podemos saber em que clica?
tracking-lead = Decide se os cliques e as aberturas dos nossos e-mails são associados a si.

status-heading = A sua resposta atual
status-since = desde { $moment }
status-refused = Recusado
status-refused-effect = Os seus cliques e aberturas não são associados a si.
status-accepted = Aceite
status-accepted-effect = Os seus cliques e aberturas são associados a si.
status-unanswered = Sem resposta
status-unanswered-linked = Até responder, os seus cliques e aberturas são associados a si.
status-unanswered-unlinked = Até responder, os seus cliques e aberturas não são associados a si.
status-lapsed = Aceitou em { $moment }. Esse consentimento caducou.

meaning-heading = Do que se trata
meaning-agree-term = Se aceitar
meaning-agree = Quando abre um dos nossos e-mails ou clica num link, registamos que foi a sua pessoa. Assim vemos o que lhe interessa e escolhemos o que lhe enviamos.
meaning-refuse-term = Se recusar
meaning-refuse = Apenas contamos. Vemos que um link recebeu 40 cliques, mas não de quem. Todos os links continuam a funcionar e continua a receber os nossos e-mails.
meaning-both = Em ambos os casos, a sua resposta tem efeito imediato, também para os e-mails que já tem. Pode alterá-la aqui quando quiser.

answer-refuse = Recuso que os meus cliques sejam associados a mim
answer-grant = Aceito que os meus cliques sejam associados a mim

gpc-notice = O seu navegador envia um sinal de privacidade (Global Privacy Control): pede para não ser seguido. Se ainda assim aceitar aqui, a sua resposta nesta página vale para os nossos e-mails.

saved-refused-title = A sua recusa está guardada
saved-refused = A partir de agora, os seus cliques e aberturas não são associados a si.
saved-granted-title = O seu consentimento está guardado
saved-granted = A partir de agora, os seus cliques e aberturas são associados a si.

privacy-notice = Aviso de privacidade

## An answer that could not be taken as it came

not-saved-title = Nada foi guardado
not-saved-expired = Esta página esteve aberta mais de um dia, demasiado para um consentimento. Aqui está uma página nova. Responda de novo, por favor.
not-saved-incomplete = O formulário voltou incompleto, por isso o seu consentimento não foi guardado. Responda de novo nesta página nova, por favor.
not-saved-overtaken = Este formulário já tinha sido usado e entretanto recusou. A sua recusa mantém-se. Se quiser aceitar agora, responda de novo nesta página, por favor.
not-saved-unchosen = Não conseguimos perceber que resposta escolheu. Escolha uma das duas, por favor.

## The form on a click

intercept-title = Podemos saber em que clica?
intercept-lead = Clicou numa ligação num e-mail de { $sender }. Antes de continuar, pode decidir se os cliques e as aberturas nestes e-mails são associados a si.
intercept-lead-unnamed = Clicou numa ligação num e-mail. Antes de continuar, pode decidir se os cliques e as aberturas nestes e-mails são associados a si.
intercept-accept = Aceitar
intercept-refuse = Recusar
intercept-later = Perguntar mais tarde
intercept-later-effect = Agora nada fica decidido. Talvez voltemos a perguntar noutra altura.
intercept-both = Seja qual for a escolha, continua para { $host }. Pode mudar a resposta mais tarde, com a ligação para as suas definições nos nossos e-mails.
intercept-go-on = Continuar para { $host } sem responder
intercept-communication-title = Deseja receber { $type }?
intercept-communication-lead = Clicou numa ligação num e-mail de { $sender }. Antes de continuar, pode dizer se deseja receber e-mails deste tipo.
intercept-communication-lead-unnamed = Clicou numa ligação num e-mail. Antes de continuar, pode dizer se deseja receber e-mails deste tipo.
intercept-communication-heading = O que pode responder
intercept-communication-no-term = Se não os quiser
intercept-communication-no-effect = Deixamos de lhe enviar { $type }. Pode voltar a pedi-los quando quiser.
intercept-communication-no = Não
intercept-communication-yes-term = Se os quiser
intercept-communication-yes-effect = Enviamos-lhe { $type }. Pode deixar de os receber a qualquer momento, com um clique.
intercept-communication-yes = Sim

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = Que e-mails quer deixar de receber?
unsubscribe-lead = Pode cancelar a subscrição aqui, de imediato. Não precisa de conta nem de palavra-passe.
unsubscribe-heading = O que enviamos
unsubscribe-choose = Assinale o que já não quer
unsubscribe-selected = Parar o que assinalei
unsubscribe-all = Parar todos
unsubscribe-one = Cancelar a subscrição
unsubscribe-unchosen = Não assinalou nada. Assinale o que já não quer, ou pare todos.
unsubscribe-done-title = A sua subscrição foi cancelada
unsubscribe-done = Está guardado. E-mails que já estão a caminho ainda podem chegar.
unsubscribe-nothing = Não recebe nenhum destes e-mails.
unsubscribe-tracking = Cancelar a subscrição não altera se os seus cliques são associados a si.
unsubscribe-tracking-link = Decidir também sobre isso

communication-opted-in = Pediu para os receber.
communication-opted-out = Não os quer.
communication-unanswered = Não se pronunciou.

## The preference centre

preferences-title = As suas definições
preferences-lead = Decide o que lhe enviamos e o que podemos registar. Tudo tem efeito imediato.
preferences-link = Todas as suas definições
preferences-tracking-heading = Cliques e aberturas
preferences-tracking-question = Os cliques e as aberturas dos nossos e-mails podem ser associados a si?
preferences-flags-question = O que podemos fazer com o que sabemos de si?
preferences-communications-heading = E-mails
preferences-communications-question = Que e-mails quer receber?
preferences-save = Guardar as minhas definições
preferences-saved-title = As suas definições estão guardadas
preferences-saved = Valem a partir de agora.
preferences-partly-title = Nem tudo foi guardado
preferences-partly = O que recusou está guardado. O que aceitou não: esta página esteve aberta demasiado tempo, ou entretanto recusou. Se quiser aceitar agora, escolha de novo nesta página, por favor.
preferences-profile = Os seus dados

choice-yes = Sim
choice-no = Não

## The form to opt in to communications

opt-in-title = O que lhe podemos enviar?
opt-in-lead = Escolha os e-mails que gostaria de receber. Pode pará-los quando quiser, com um clique.
opt-in-choose = Assinale o que gostaria de receber
opt-in-tracking = Os cliques e as aberturas dos nossos e-mails podem ser associados a si?
opt-in-tracking-detail = A sua resposta não altera o que lhe enviamos.
opt-in-submit = Enviar as minhas respostas
opt-in-unchosen = Não escolheu nada. Assinale um e-mail, ou responda à pergunta.
opt-in-done-title = Obrigado
opt-in-done = As suas respostas estão guardadas. Pode alterá-las quando quiser.

## The form about a person's details

profile-title = Os seus dados
profile-lead = Corrija aqui o que sabemos de si. Só é guardado o que alterar.
profile-details = O que sabemos de si
profile-tracking = Os cliques e as aberturas dos nossos e-mails podem ser associados a si?
profile-submit = Guardar os meus dados
profile-done-title = Os seus dados estão guardados
profile-done = Valem a partir de agora.
profile-invalid = Isto não pode ser guardado assim. Corrija, por favor.
profile-nothing = Não guardamos dados sobre si que possam ser alterados aqui.

## The preview for those who write the words

preview-title = Pré-visualização
preview-text = É assim que se vê o formulário. Nada do que se escolher aqui é registado.

## Opting out everywhere

opt-out-title = Recusar em todo o lado
opt-out-lead = Uma só escolha para este navegador, em cada organização que usa este serviço.

opt-out-state-heading = Este navegador
opt-out-state-out = Tudo recusado
opt-out-state-out-effect = Nenhuma organização pode recolher, analisar, partilhar ou associar o que este navegador faz.
opt-out-state-in = Sem recusa geral
opt-out-state-in-effect = Conta o que disse a cada organização.

opt-out-out-term = Se recusar tudo
opt-out-out = Nada do que este navegador faz é recolhido, analisado, usado para publicidade, associado aos seus outros dispositivos ou partilhado, em nenhuma organização que usa este serviço, seja o que for que lhes disse antes. Guardamos um único cookie, para reconhecer este navegador.
opt-out-in-term = Se retirar a recusa
opt-out-in = Volta a contar o que disse a cada organização. O que lá recusou continua recusado.
opt-out-both = A sua escolha tem efeito imediato. É só para este navegador: faça-a de novo noutros navegadores, noutros dispositivos e depois de apagar os seus cookies.

opt-out-answer-out = Recusar tudo
opt-out-answer-in = Retirar a recusa

opt-out-saved-out-title = Tudo está recusado
opt-out-saved-out = A partir de agora vale em cada organização que usa este serviço.
opt-out-saved-in-title = A sua recusa geral foi retirada
opt-out-saved-in = Volta a contar o que disse a cada organização.
opt-out-no-cookie-title = A sua escolha não pode ser guardada
opt-out-no-cookie = O seu navegador não guarda nenhum cookie deste sítio, por isso não seria reconhecido. Permita cookies aqui e tente de novo, por favor.

## A link that leads to nobody

unknown-title = Este link não funciona
unknown-lead = Não conseguimos saber de quem são as definições a abrir. Nada foi alterado.
unknown-help-heading = O que pode fazer
unknown-help-newest = Abra o e-mail mais recente do remetente e use o link que contém.
unknown-help-whole = Se copiou o link, verifique se está completo.
unknown-help-reply = Ou responda ao e-mail e diga o que quer. É suficiente.

## A store is away, or a mistake of ours

unavailable-title = Tente de novo, por favor
unavailable-answer = Não conseguimos guardar a sua resposta.
unavailable-answer-detail = O nosso armazenamento não respondeu, por isso a sua resposta não está confirmada. Envie-a de novo, por favor. Enviá-la duas vezes não faz mal.
unavailable-show = Neste momento não conseguimos mostrar as suas definições.
unavailable-show-detail = Nada foi alterado. Tente de novo daqui a pouco, por favor.
unavailable-repeat = Enviar a minha resposta de novo
unavailable-reload = Tentar de novo
unavailable-yours = A sua resposta: { $answer }

failure-title = Algo correu mal do nosso lado
failure-detail = A sua resposta não está confirmada. Tente mais tarde, ou responda ao e-mail e diga o que quer.
failure-detail-here = A sua resposta não está confirmada. Tente mais tarde, por favor.
failure-number = Referência para o nosso apoio: { $number }

## The banner and the preference dialog on sites

banner-language-name = Português
banner-title = Podemos usar o que faz aqui?
banner-text = { $organisation } pede o seu consentimento. O sítio funciona sem ele, e pode alterar a sua resposta quando quiser.
banner-unnamed = O responsável por este sítio
banner-purposes = Para quê: { $purposes }.
banner-refuse = Recusar tudo
banner-accept = Aceitar tudo
banner-choose = Escolher
banner-save = Guardar as minhas escolhas
banner-close = Fechar
banner-preferences-title = As suas escolhas
banner-privacy-notice = Aviso de privacidade
banner-language = Língua
banner-gpc-title = O seu sinal de privacidade é respeitado
banner-gpc = O seu navegador envia Global Privacy Control. Tomámo-lo como um não onde quer que se aplique; não precisa de fazer mais nada.
banner-locked = Fica desligado por causa do seu sinal de privacidade ou da sua recusa.
banner-opted-out = Recusou tudo em todas as organizações. Fica assim até o retirar.
banner-embed = Isto vem de outro lado e espera o seu sim a: { $purposes }
banner-embed-allow = Permitir e mostrar
banner-not-saved-title = A sua resposta não pôde ser guardada
banner-not-saved = Vale nesta página. Nem o serviço nem este navegador a puderam guardar, por isso a pergunta será feita de novo.
banner-dc = Recolha de dados
banner-dc-text = Recolhemos o que faz neste sítio: as páginas que vê, o que procura.
banner-al = Análise
banner-al-text = Medimos como o sítio é usado, para o melhorar.
banner-tg = Segmentação
banner-tg-text = O que lhe interessa decide o que lhe mostramos, aqui e na publicidade.
banner-cd = Vários dispositivos
banner-cd-text = Reconhecemos que o seu telefone e o seu computador são da mesma pessoa.
banner-sh = Partilha
banner-sh-text = Transmitimos a parceiros o que sabemos.
banner-re = Reconhecimento
banner-re-text = Associamos o que faz neste sítio ao seu nome ou à sua conta de cliente.
